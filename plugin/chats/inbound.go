// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// ChannelOf implements bridge.Chats.
func (c *Chats) ChannelOf(ctx context.Context, id bridge.ConversationID, taken bridge.ChannelID) (bridge.ChannelID, error) {
	if refused := c.verdicts.ofChat(id); refused != nil {
		return "", refused
	}
	channel, refused, err := c.channelOf(ctx, id, taken)
	if refused != nil {
		c.Log.Debug("a chat is not carried", "conversation", id, "why", refused.Why)
		c.verdicts.refuseChat(id, refused)
		return "", refused
	}
	return channel, err
}

func (c *Chats) channelOf(ctx context.Context, id bridge.ConversationID, taken bridge.ChannelID) (bridge.ChannelID, *bridge.NotCarried, error) {
	current, err := c.Current()
	if err != nil {
		return "", nil, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	chat, err := current.Graph.Chat(ctx, id)
	if err != nil && bridge.ClassOf(err) == bridge.NotFound {
		return "", refuse(bridge.Unlinked, "Microsoft does not know it"), nil
	}
	if err != nil {
		return "", nil, err
	}
	if refused := allowed(current.Settings, chat.Type == teams.OneOnOne); refused != nil {
		return "", refused, nil
	}
	p, err := c.partyOf(ctx, current.Settings, chat)
	if err != nil {
		return "", nil, err
	}
	seen := seenAs(chat)
	switch {
	case len(p.connected) == 0:
		return "", refuse(bridge.Unlinked, "nobody in it has connected an account"), nil
	case !selected(current.Settings, len(p.users)+len(p.missing)+len(p.leftOut), len(p.mirrors), len(p.connected)):
		return "", refuse(bridge.SwitchedOff, "its people are not on both sides (settings selectiveSync and syncRemoteOnly)"), nil
	case len(p.missing) > 0:
		return c.keepRefused(ctx, seen, refuse(bridge.NoAccount, "nobody in Mattermost stands for %s", names(p.missing)))
	case chat.Type == teams.OneOnOne && p.ours:
		return c.keepRefused(ctx, seen, refuse(bridge.NoAccount, "it is with a bot of this bridge"))
	case chat.Type == teams.OneOnOne && len(p.leftOut) > 0:
		// A direct message would need a user for them.
		return c.privateChannel(ctx, current.Settings, chat, p)
	case chat.Type == teams.OneOnOne:
		channel, err := c.Mattermost.DirectMessage(ctx, p.users[0], p.users[len(p.users)-1])
		if err == nil {
			_, err = c.Store.KeepChat(ctx, seen)
		}
		return channel, nil, err
	}
	known, found, err := c.Store.Chat(ctx, id)
	if err != nil {
		return "", nil, err
	}
	if !(found && known.OwnChannel) && fitsGroup(p) {
		channel, err := c.Mattermost.GroupMessage(ctx, p.users)
		if err != nil || channel != taken {
			if err == nil {
				_, err = c.Store.KeepChat(ctx, seen)
			}
			return channel, nil, err
		}
	}
	return c.privateChannel(ctx, current.Settings, chat, p)
}

// fitsGroup tells whether a group message can show a chat with these people, and shows it to nobody else.
func fitsGroup(p party) bool {
	return len(p.leftOut) == 0 && len(p.missing) == 0 && len(p.users) >= mattermost.SmallestGroup && len(p.users) <= mattermost.LargestGroup
}

func allowed(settings config.Settings, direct bool) *bridge.NotCarried {
	switch {
	case direct && !settings.SyncDirectMessages:
		return refuse(bridge.SwitchedOff, "one-to-one chats are switched off (setting syncDirectMessages)")
	case !direct && !settings.SyncGroupMessages:
		return refuse(bridge.SwitchedOff, "group chats are switched off (setting syncGroupMessages)")
	}
	return nil
}

func seenAs(chat teams.Chat) store.Chat {
	seen := store.Chat{Conversation: chat.ID, Kind: chat.Type, Topic: chat.Topic}
	for _, m := range chat.Members {
		if m.User != "" {
			seen.Members = append(seen.Members, m.User)
		}
	}
	return seen
}

// keepRefused records why a chat of people here is not carried, for the status.
func (c *Chats) keepRefused(ctx context.Context, seen store.Chat, refused *bridge.NotCarried) (bridge.ChannelID, *bridge.NotCarried, error) {
	seen.NotCarried = refused.Why
	_, err := c.Store.KeepChat(ctx, seen)
	return "", refused, err
}

// privateChannel finds or makes the private channel that shows a chat. Its name in addresses follows from the chat, so that
// there is one however often it is made.
func (c *Chats) privateChannel(ctx context.Context, settings config.Settings, chat teams.Chat, p party) (bridge.ChannelID, *bridge.NotCarried, error) {
	seen := seenAs(chat)
	// Who is not on this server becomes a member wherever the others are.
	shared, err := c.Mattermost.SharedTeams(ctx, p.local())
	if err != nil {
		return "", nil, err
	}
	shared = slices.DeleteFunc(shared, func(t mattermost.TeamOf) bool { return !settings.TeamEnabled(t.Name) })
	title := titleOf(chat, p)
	if len(shared) == 0 {
		text := notShown
		if chat.Type == teams.OneOnOne {
			text = notShownAlone
		}
		refused := refuse(bridge.SwitchedOff, "it needs a private channel, and its people share no Mattermost team that takes part")
		seen.NotCarried = refused.Why
		tell, err := c.Store.KeepChat(ctx, seen)
		if tell {
			for _, user := range p.connected {
				if err := c.Mattermost.Notify(ctx, user, fmt.Sprintf(text, title)); err != nil {
					c.Log.Warn("could not tell a user that a chat is not shown", "user", user, "error", err)
				}
			}
		}
		return "", refused, err
	}
	sum := sha256.Sum256([]byte(chat.ID))
	channel, err := c.Mattermost.PrivateChannel(ctx, shared[0].ID, "msteams-"+hex.EncodeToString(sum[:12]), title, "Shows the Microsoft Teams chat “"+title+"”.")
	if err != nil {
		return "", nil, err
	}
	members := slices.Clone(p.users)
	for _, mirror := range p.mirrors {
		err := c.Mattermost.Join(ctx, mirror, shared[0].ID, channel)
		if class := bridge.ClassOf(err); err != nil && class != bridge.Permanent && class != bridge.NotFound {
			return "", nil, err
		} else if err != nil {
			c.Log.Info("a mirrored user cannot become a member of a chat's channel and writes there without being one", "user", mirror, "channel", channel, "error", err)
			members = slices.DeleteFunc(members, func(u bridge.UserID) bool { return u == mirror })
		}
	}
	if err := c.Mattermost.SetMembers(ctx, channel, members); err != nil {
		return "", nil, err
	}
	known, found, err := c.Store.Chat(ctx, chat.ID)
	if err != nil {
		return "", nil, err
	}
	if !found || !known.OwnChannel {
		if err := c.Mattermost.Say(ctx, channel, notice(p)); err != nil {
			return "", nil, err
		}
	}
	seen.OwnChannel = true
	_, err = c.Store.KeepChat(ctx, seen)
	return channel, nil, err
}

const notShown = "The Microsoft Teams chat “%s” is not shown in Mattermost: it does not fit into a group message, and there is no team that all of its people share. " +
	"Read it in Teams, or ask a system admin to add them to one team."

const notShownAlone = "Your Microsoft Teams chat with %s is not shown in Mattermost: nobody here stands for the other, so it needs a private channel, and you are in no team that takes part. " +
	"Read it in Teams, or ask a system admin to add you to a team."

// notice says in a private channel what it is.
func notice(p party) string {
	text := "This channel shows a Microsoft Teams chat. What is written here is sent to the chat with the writer's own Teams account."
	if others := append(slices.Clone(p.leftOut), p.missing...); len(others) > 0 {
		text += " Also in the chat, and reading along in Teams: " + names(others) + "."
	}
	return text
}

// longestTitle is how many characters the name of a channel may have.
const longestTitle = 64

// titleOf is the chat's topic, else who is in it; of a chat of two who the other is.
func titleOf(chat teams.Chat, p party) string {
	title := strings.Join(strings.Fields(chat.Topic), " ")
	if title == "" && chat.Type == teams.OneOnOne {
		title = names(p.leftOut)
	}
	if title == "" {
		list := make([]string, len(chat.Members))
		for i, m := range chat.Members {
			list[i] = m.Name
		}
		title = names(list)
	}
	if runes := []rune(title); len(runes) > longestTitle {
		title = string(runes[:longestTitle-1]) + "…"
	}
	return title
}

// MembersChanged implements bridge.Chats.
func (c *Chats) MembersChanged(ctx context.Context, link bridge.Link) (bridge.ChannelID, error) {
	current, err := c.Current()
	if err != nil {
		return "", &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	chat, err := current.Graph.Chat(ctx, link.Conversation.ID)
	if err != nil {
		return "", err
	}
	p, err := c.partyOf(ctx, current.Settings, chat)
	if err != nil {
		return "", err
	}
	if len(p.connected) == 0 {
		return link.Channel, nil
	}
	known, _, err := c.Store.Chat(ctx, chat.ID)
	if err != nil {
		return "", err
	}
	if !known.OwnChannel {
		there, err := c.Mattermost.Members(ctx, link.Channel)
		if err != nil {
			return "", err
		}
		slices.Sort(p.users)
		if fitsGroup(p) && slices.Equal(there, p.users) {
			return link.Channel, nil
		}
	}
	p.leftOut, p.missing = append(p.leftOut, p.missing...), nil
	channel, refused, err := c.privateChannel(ctx, current.Settings, chat, p)
	switch {
	case err != nil:
		return "", err
	case refused != nil:
		return "", refused
	case channel != link.Channel:
		err = c.Mattermost.Say(ctx, link.Channel, fmt.Sprintf("Other people are in the Microsoft Teams chat now. It goes on in the private channel “%s”.", titleOf(chat, p)))
	}
	return channel, err
}
