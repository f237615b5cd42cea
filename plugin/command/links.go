// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
)

// actor is who uses the command.
func (call Call) actor() links.Actor { return links.Actor{User: call.User, Via: links.ViaCommand} }

// link links the channel. Without arguments it opens the dialog, and says how to do without: the mobile app has none.
func (c *Command) link(ctx context.Context, call Call, arguments []string) (string, error) {
	usage := fmt.Sprintf("`/%s link [team id] [channel id] [days] [days to Teams]`", Trigger)
	if len(arguments) == 0 {
		if err := c.Links.MayLink(ctx, call.User, call.Channel); err != nil {
			return "", err
		}
		if link, linked := c.Links.Of(call.Channel); linked {
			return call.say("This channel is linked already, with %s. Unlink it first.", c.Links.TeamsName(ctx, link.Conversation)), nil
		}
		c.OpenLinkDialog(call.User, call.Channel)
		return call.say("Choose the Teams channel in the dialog that has opened. Where there is none, as in the mobile app, write %s.", usage), nil
	}
	if len(arguments) == 1 {
		return call.say("Write it like this: %s", usage), nil
	}
	in := bridge.Conversation{Team: bridge.TeamID(arguments[0]), ID: bridge.ConversationID(arguments[1])}
	var backfill bridge.Backfill
	for i, days := range []*int{&backfill.FromTeams, &backfill.ToTeams} {
		if len(arguments) < 3+i {
			break
		}
		var err error
		if *days, err = strconv.Atoi(arguments[2+i]); err != nil {
			return call.say("%s is no number of days.", code(arguments[2+i])), nil //nolint:nilerr // it is told
		}
	}
	made, err := c.Links.Create(ctx, call.actor(), call.Channel, in, backfill)
	switch {
	case err != nil:
		return "", err
	case made.Pending:
		return call.say("A system admin has to approve the link with %s. You get a message when it is decided; nothing is carried until then.", c.Links.TeamsName(ctx, in)), nil
	}
	answer := call.say("This channel is now linked with %s. Messages travel both ways from now on.", c.Links.TeamsName(ctx, in))
	if backfill.FromTeams > 0 {
		answer += " " + call.say("Those of the last %d days come from Teams in the background.", backfill.FromTeams)
	}
	if backfill.ToTeams > 0 {
		answer += " " + call.say("Posts of the last %d days go to Teams in the background.", backfill.ToTeams)
	}
	return answer, nil
}

func (c *Command) unlink(ctx context.Context, call Call, _ []string) (string, error) {
	link, err := c.Links.Delete(ctx, call.actor(), call.Channel)
	if err != nil {
		return "", err
	}
	return call.say("This channel is no longer linked with %s. What was carried stays on both sides.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) resync(ctx context.Context, call Call, _ []string) (string, error) {
	link, err := c.Links.Resync(ctx, call.User, call.Channel)
	if err != nil {
		return "", err
	}
	return call.say("Looking for what this channel missed in %s. What is found arrives in a moment.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) show(ctx context.Context, call Call, _ []string) (string, error) {
	link, linked := c.Links.Of(call.Channel)
	if !linked {
		return call.say("This channel is not linked."), nil
	}
	return call.say("This channel is linked with %s.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) linkRequests(ctx context.Context, call Call, _ []string) (string, error) {
	requests, err := c.Links.Asked(ctx)
	if err != nil {
		return "", err
	}
	if len(requests) == 0 {
		return call.say("No link waits for approval."), nil
	}
	var b strings.Builder
	b.WriteString(call.say("| request | Mattermost channel | Teams channel | since |") + "\n|---|---|---|---|\n")
	for i, r := range requests {
		if i == shownRequests {
			b.WriteString("\n" + call.say("%d more are left out here; GET /api/v1/link-requests lists all.", len(requests)-shownRequests))
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(r.ID), cell(c.ChannelName(ctx, r.Channel)), cell(c.Links.TeamsName(ctx, r.Conversation).In(call.language)), r.CreatedAt.Format("2006-01-02"))
	}
	b.WriteString("\n" + call.say("`/%s approve` or `refuse`, with the request, decides.", Trigger))
	return b.String(), nil
}

func (c *Command) approve(ctx context.Context, call Call, arguments []string) (string, error) {
	link, err := c.Links.Approve(ctx, call.actor(), strings.ToLower(arguments[0]))
	if err != nil {
		return "", err
	}
	return call.say("The channel %s is now linked with %s.", c.ChannelName(ctx, link.Channel), c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) refuse(ctx context.Context, call Call, arguments []string) (string, error) {
	if err := c.Links.Refuse(ctx, call.actor(), strings.ToLower(arguments[0]), strings.Join(arguments[1:], " ")); err != nil {
		return "", err
	}
	return call.say("It is refused. Whoever asked is told."), nil
}

// shownRequests bounds the table: each row asks Graph for names.
const shownRequests = 20

// shownLinks bounds the table: a post has a limit.
const shownLinks = 100

func (c *Command) showLinks(ctx context.Context, _ Call, _ []string) (string, error) {
	links, err := c.Links.List(ctx)
	if err != nil {
		return "", err
	}
	if len(links) == 0 {
		return "No channel is linked.", nil
	}
	var b strings.Builder
	b.WriteString("| Mattermost channel | Teams team | Teams channel | since |\n|---|---|---|---|\n")
	for i, link := range links {
		if i == shownLinks {
			fmt.Fprintf(&b, "\n%d more are left out here; GET /api/v1/links lists all.", len(links)-shownLinks)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(c.ChannelName(ctx, link.Channel)), code(string(link.Conversation.Team)), code(string(link.Conversation.ID)), link.CreatedAt.Format("2006-01-02"))
	}
	return b.String(), nil
}

// cell keeps a name from breaking the table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
