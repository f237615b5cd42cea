// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Requests keeps what waits to be approved; *store.Store implements it.
type Requests interface {
	RequestLink(ctx context.Context, wanted store.LinkRequest) (store.LinkRequest, error)
	LinkRequests(ctx context.Context) ([]store.LinkRequest, error)
	DropLinkRequest(ctx context.Context, id string) (store.LinkRequest, bool, error)
}

// requestIDLength is enough for the few requests that are open at a time, and short enough to be typed.
const requestIDLength = 8

// request keeps a link until a system admin has approved it, and tells the system admins.
func (l *Links) request(ctx context.Context, by Actor, wanted bridge.Link, backfill bridge.Backfill) (Linked, error) {
	request := store.LinkRequest{
		ID: strings.ToLower(rand.Text()[:requestIDLength]), Channel: wanted.Channel, MattermostTeam: wanted.MattermostTeam, Conversation: wanted.Conversation,
		Creator: by.User, Backfill: backfill,
	}
	kept, err := l.Requests.RequestLink(noting(ctx, by, ActionRequest, nil), request)
	if conflict, ok := errors.AsType[*bridge.LinkConflict](err); ok {
		return Linked{}, l.explain(ctx, conflict, by.User, wanted.Channel)
	}
	if conflict, ok := errors.AsType[*store.RequestConflict](err); ok {
		return Linked{}, l.explainRequest(ctx, conflict.Holder, by.User, wanted.Channel)
	}
	if err != nil {
		return Linked{}, err
	}
	if kept.ID == request.ID { // else the same was asked for before
		l.log(by, ActionRequest, kept.Channel, kept.Conversation)
		l.tellSystemAdmins(ctx, kept) // which asks for the name, so that lists know it
		l.announce(EventRequests, kept.Channel, kept.Conversation)
	}
	return asLinked(kept), nil
}

// asLinked shows a request as the link that it may become.
func asLinked(r store.LinkRequest) Linked {
	return Linked{Pending: true, Link: bridge.Link{
		ID: r.ID, Channel: r.Channel, MattermostTeam: r.MattermostTeam, Conversation: r.Conversation, Creator: r.Creator, CreatedAt: r.CreatedAt,
	}}
}

// explainRequest names the request that is in the way.
func (l *Links) explainRequest(ctx context.Context, holder store.LinkRequest, by bridge.UserID, wanted bridge.ChannelID) error {
	if holder.Channel == wanted {
		return refusal.New(refusal.Conflict, "This channel waits already to be linked with %s. Unlink it first to ask for another one.", l.TeamsName(ctx, holder.Conversation))
	}
	return refusal.New(refusal.Conflict, "Somebody has asked for that Teams channel already, for %s. A system admin has to decide on that first.", l.nameFor(ctx, by, holder.Channel))
}

func (l *Links) tellSystemAdmins(ctx context.Context, r store.LinkRequest) {
	text := texts.New("@%s asks to link the channel %s with %s. Nothing is carried until a system admin has decided:\n* `/msteams-sync approve %s`\n* `/msteams-sync refuse %s reason`",
		l.username(ctx, r.Creator), l.channelName(ctx, r.Channel), l.teamsName(ctx, r.Conversation, code), r.ID, r.ID)
	notice := mattermost.Notice{Text: text, Label: texts.New("Open the channel"), Address: l.addressOf(ctx, r.Channel)}
	if err := l.Mattermost.NotifySystemAdmins(context.WithoutCancel(ctx), notice); err != nil {
		l.Log.Warn("could not tell the system admins of a request for a link; /msteams-sync link-requests lists it", "request", r.ID, "error", err)
	}
}

// addressOf is where a browser shows a channel; empty when it is not known. Its sidebar has the request, and decides on it.
func (l *Links) addressOf(ctx context.Context, id bridge.ChannelID) string {
	current, err := l.Current()
	if err != nil {
		return ""
	}
	channel, err := l.Mattermost.Channel(ctx, id)
	if err != nil || channel.TeamName == "" {
		return ""
	}
	return strings.TrimRight(current.Settings.SiteURL, "/") + "/" + channel.TeamName + "/channels/" + string(id)
}

// Asked lists what waits to be approved, oldest first.
func (l *Links) Asked(ctx context.Context) ([]store.LinkRequest, error) {
	return l.Requests.LinkRequests(ctx)
}

// Approve makes the link that was asked for. Only system admins may. What could not be linked now stays a request.
func (l *Links) Approve(ctx context.Context, by Actor, id string) (bridge.Link, error) {
	if !l.Mattermost.SystemAdmin(by.User) {
		return bridge.Link{}, onlySystemAdmins()
	}
	request, err := l.find(ctx, id)
	if err != nil {
		return bridge.Link{}, err
	}
	// Much may have changed since it was asked for: the policy, the channel.
	current, channel, err := l.permitted(ctx, by.User, request.Channel, request.Conversation)
	if err != nil {
		return bridge.Link{}, err
	}
	if err := l.readable(ctx, current.Graph, by.User, request.Conversation); err != nil {
		return bridge.Link{}, err
	}
	wanted := bridge.Link{Channel: request.Channel, MattermostTeam: channel.Team, Conversation: request.Conversation, Creator: request.Creator, Request: request.ID}
	wanted.Backfill, wanted.BackfillToTeams = daysAgo(request.Backfill.FromTeams), daysAgo(request.Backfill.ToTeams)
	link, err := l.put(ctx, by, wanted, ActionApprove, map[string]string{"request": request.ID, "requested_by": string(request.Creator)})
	if errors.Is(err, bridge.ErrNoRequest) {
		return bridge.Link{}, noRequest(id)
	}
	if err != nil {
		return bridge.Link{}, err
	}
	l.tell(ctx, request.Creator, texts.New("The channel %s is now linked with %s, as you asked: @%s has approved it.", l.channelName(ctx, link.Channel), l.teamsName(ctx, link.Conversation, code), l.username(ctx, by.User)))
	return link, nil
}

// Refuse takes a request away and tells whose it was why. Only system admins may.
func (l *Links) Refuse(ctx context.Context, by Actor, id, reason string) error {
	if !l.Mattermost.SystemAdmin(by.User) {
		return onlySystemAdmins()
	}
	request, found, err := l.Requests.DropLinkRequest(noting(ctx, by, ActionRefuse, map[string]string{"reason": reason}), id)
	if err != nil {
		return err
	}
	if !found {
		return noRequest(id)
	}
	l.log(by, ActionRefuse, request.Channel, request.Conversation)
	l.announce(EventRequests, request.Channel, request.Conversation)
	text := texts.New("@%s does not want the channel %s linked with %s.", l.username(ctx, by.User), l.channelName(ctx, request.Channel), l.teamsName(ctx, request.Conversation, code))
	if reason != "" {
		text = texts.Join(text, texts.New(" The reason: %s", reason))
	}
	l.tell(ctx, request.Creator, text)
	return nil
}

// withdraw takes back the request for a channel; false when there is none.
func (l *Links) withdraw(ctx context.Context, by Actor, channel bridge.ChannelID) (bridge.Link, bool, error) {
	request, found, err := l.requestOf(ctx, channel)
	if err != nil || !found {
		return bridge.Link{}, false, err
	}
	if request, found, err = l.Requests.DropLinkRequest(noting(ctx, by, ActionWithdraw, nil), request.ID); err != nil || !found {
		return bridge.Link{}, false, err
	}
	l.log(by, ActionWithdraw, request.Channel, request.Conversation)
	l.announce(EventRequests, request.Channel, request.Conversation)
	return asLinked(request).Link, true, nil
}

func (l *Links) requestOf(ctx context.Context, channel bridge.ChannelID) (store.LinkRequest, bool, error) {
	all, err := l.Requests.LinkRequests(ctx)
	for _, r := range all {
		if r.Channel == channel {
			return r, true, nil
		}
	}
	return store.LinkRequest{}, false, err
}

func (l *Links) find(ctx context.Context, id string) (store.LinkRequest, error) {
	all, err := l.Requests.LinkRequests(ctx)
	if err != nil {
		return store.LinkRequest{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return store.LinkRequest{}, noRequest(id)
}

func noRequest(id string) error {
	return refusal.New(refusal.NotFound, "There is no request %s. It may have been approved, refused or taken back; /msteams-sync link-requests lists those that wait.", id)
}

func onlySystemAdmins() error {
	return refusal.New(refusal.Forbidden, "Only system admins may approve or refuse a link.")
}

// tell sends somebody a direct message in their language; that it cannot be sent holds up nothing.
func (l *Links) tell(ctx context.Context, user bridge.UserID, text texts.Text) {
	language := texts.English
	if told, err := l.Mattermost.User(ctx, user); err == nil {
		language = texts.OfLocale(told.Locale)
	}
	if err := l.Mattermost.Notify(context.WithoutCancel(ctx), user, text.In(language)); err != nil {
		l.Log.Warn("could not tell a user what became of a request for a link", "user", user, "error", err)
	}
}
