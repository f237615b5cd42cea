// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Team is a team in Teams.
type Team struct {
	ID          bridge.TeamID `json:"id"`
	DisplayName string        `json:"displayName"`
}

// Channel is a channel in Teams.
type Channel struct {
	ID          bridge.ConversationID `json:"id"`
	DisplayName string                `json:"displayName"`
	Membership  string                `json:"membershipType"` // standard, private or shared
}

// JoinedTeams lists the teams that the account's owner is a member of.
func (c *Client) JoinedTeams(ctx context.Context, as bridge.AccountID) ([]Team, error) {
	return list[Team](ctx, c, request{method: "GET", route: "/me/joinedTeams", as: as, repeat: true})
}

// TeamsNamed lists the teams with a name, in any case, or all teams of the tenant when the name is empty, as the
// application. A team is a group with the option Team; permission Group.Read.All.
func (c *Client) TeamsNamed(ctx context.Context, name string) ([]Team, error) {
	filter := "resourceProvisioningOptions/Any(x:x eq 'Team')"
	if name != "" {
		filter = "displayName eq '" + strings.ReplaceAll(name, "'", "''") + "' and " + filter
	}
	query := "$select=id,displayName&$top=999&$filter=" + strings.ReplaceAll(url.QueryEscape(filter), "+", "%20")
	return list[Team](ctx, c, request{method: "GET", route: "/groups", query: query, repeat: true})
}

// teamsPage is what is asked for at a time when only the first teams are wanted.
const teamsPage = 100

// TeamsStarting lists the first teams of the tenant whose names begin with the text, in any case, as the application, in
// Graph's order; permission Group.Read.All. Graph offers no search inside names without its eventually consistent index.
func (c *Client) TeamsStarting(ctx context.Context, text string, most int) ([]Team, error) {
	filter := "resourceProvisioningOptions/Any(x:x eq 'Team')"
	if text != "" {
		filter = "startswith(displayName,'" + strings.ReplaceAll(text, "'", "''") + "') and " + filter
	}
	query := fmt.Sprintf("$select=id,displayName&$top=%d&$filter=%s", min(most, teamsPage), strings.ReplaceAll(url.QueryEscape(filter), "+", "%20"))
	found, err := listSome[Team](ctx, c, request{method: "GET", route: "/groups", query: query, repeat: true}, most)
	return found[:min(most, len(found))], err
}

// Channels lists the channels of a team that the account's owner, or the application when as is empty, may see.
func (c *Client) Channels(ctx context.Context, as bridge.AccountID, team bridge.TeamID) ([]Channel, error) {
	return list[Channel](ctx, c, request{method: "GET", route: "/teams/{team-id}/channels", path: []string{string(team)}, as: as, repeat: true})
}

// Team reads a team as the application.
func (c *Client) Team(ctx context.Context, team bridge.TeamID) (Team, error) {
	var t Team
	err := c.do(ctx, request{method: "GET", route: "/teams/{team-id}", path: []string{string(team)}, repeat: true}, &t)
	return t, err
}

// Channel reads a channel, as the application when as is empty.
func (c *Client) Channel(ctx context.Context, as bridge.AccountID, team bridge.TeamID, channel bridge.ConversationID) (Channel, error) {
	var found Channel
	err := c.do(ctx, request{method: "GET", route: "/teams/{team-id}/channels/{channel-id}", path: []string{string(team), string(channel)}, as: as, repeat: true}, &found)
	return found, err
}

// ConversationName is how Teams calls a channel.
func (c *Client) ConversationName(ctx context.Context, in bridge.Conversation) (string, error) {
	found, err := c.Channel(ctx, "", in.Team, in.ID)
	return found.DisplayName, err
}

// CanRead makes sure that the account's owner may read the channel's messages, by reading one.
func (c *Client) CanRead(ctx context.Context, as bridge.AccountID, in bridge.Conversation) error {
	route, path := messagesOf(in, "")
	return c.do(ctx, request{method: "GET", route: route, path: path, query: "$top=1", as: as, repeat: true}, nil)
}

// list reads all pages of a collection.
func list[T any](ctx context.Context, c *Client, r request) ([]T, error) {
	return listSome[T](ctx, c, r, math.MaxInt)
}

// listSome reads pages of a collection until there are enough.
func listSome[T any](ctx context.Context, c *Client, r request, enough int) ([]T, error) {
	var all []T
	for range maxPages {
		var page struct {
			Value []T
			Next  string `json:"@odata.nextLink"`
		}
		if err := c.do(ctx, r, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if page.Next == "" || len(all) >= enough {
			break
		}
		r.link = page.Next
	}
	return all, nil
}
