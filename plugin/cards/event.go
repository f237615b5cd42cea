// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"encoding/json"
	"html"
	"strings"
)

// Event says in plain words what a system event reports, as HTML. detail is the message's eventDetail (Graph docs,
// "eventMessageDetail resource type"); nameOf finds the name of a person whom Graph gives by id only, and may be nil. An
// event that is not known is called by its name; without a detail the result is empty.
func Event(detail []byte, nameOf func(id string) string) string {
	e := event{}
	if err := json.Unmarshal(detail, &e.object); err != nil {
		return ""
	}
	e.nameOf = nameOf
	kind, known := strings.CutSuffix(strings.TrimPrefix(e.text("@odata.type"), "#microsoft.graph."), "EventMessageDetail")
	if !known {
		return ""
	}
	said := e.say(kind)
	if said == "" {
		// E.g. teamsAppUpgraded: "System event: teams app upgraded".
		said = "System event: " + words(kind)
	}
	return "<p><em>" + html.EscapeString(said) + "</em></p>"
}

type event struct {
	object
	nameOf func(string) string
}

// say is the sentence for an event; empty for an unknown one.
func (e event) say(kind string) string {
	by := e.initiator()
	act := func(what string) string { return by + " " + what + "." }
	named := func(what, key string) string {
		if name := strings.TrimSpace(e.text(key)); name != "" {
			return act(what + " “" + name + "”")
		}
		return act(what)
	}
	switch kind {
	case "membersAdded":
		return act("added " + e.members())
	case "membersDeleted":
		if members := e.members(); members != by {
			return act("removed " + members)
		}
		return by + " left."
	case "membersJoined":
		return e.members() + " joined."
	case "membersLeft":
		return e.members() + " left."
	case "conversationMemberRoleUpdated":
		who := e.person(e.object.object("conversationMemberUser"))
		if len(e.list("conversationMemberRoles")) > 0 {
			return act("made " + who + " an owner")
		}
		return act("changed the role of " + who)
	case "chatRenamed":
		return named("renamed the chat to", "chatDisplayName")
	case "channelAdded":
		return named("added the channel", "channelDisplayName")
	case "channelDeleted":
		return named("deleted the channel", "channelDisplayName")
	case "channelRenamed":
		return named("renamed the channel to", "channelDisplayName")
	case "channelDescriptionUpdated":
		return named("changed the channel's description to", "channelDescription")
	case "channelSetAsFavoriteByDefault":
		return act("made the channel one that everybody sees")
	case "channelUnsetAsFavoriteByDefault":
		return act("made the channel one that not everybody sees")
	case "teamCreated":
		return named("created the team", "teamDisplayName")
	case "teamRenamed":
		return named("renamed the team to", "teamDisplayName")
	case "teamDescriptionUpdated":
		return named("changed the team's description to", "teamDescription")
	case "teamArchived":
		return act("archived the team")
	case "teamUnarchived":
		return act("brought the team back from the archive")
	case "teamJoiningEnabled":
		return act("let people join the team by a link")
	case "teamJoiningDisabled":
		return act("ended that people join the team by a link")
	case "messagePinned":
		return act("pinned a message")
	case "messageUnpinned":
		return act("unpinned a message")
	case "callStarted":
		return act("started a " + e.call())
	case "callEnded":
		said := "The " + e.call() + " has ended"
		if lasted := duration(e.text("callDuration")); lasted != "" {
			said += " after " + lasted
		}
		return said + "."
	case "callRecording":
		return e.recording()
	case "callTranscript":
		return "There is a transcript of the meeting."
	case "meetingPolicyUpdated":
		return act("changed what people may do in the meeting")
	case "tabUpdated":
		return act("changed a tab")
	case "teamsAppInstalled":
		return named("added the app", "teamsAppDisplayName")
	case "teamsAppRemoved":
		return named("removed the app", "teamsAppDisplayName")
	case "teamsAppUpgraded":
		return named("updated the app", "teamsAppDisplayName")
	}
	return ""
}

// call is what kind of call the event is about.
func (e event) call() string {
	switch e.text("callEventType") {
	case "meeting":
		return "meeting"
	case "screenShare":
		return "screen share"
	}
	return "call"
}

func (e event) recording() string {
	said := "The recording of the meeting"
	if name := strings.TrimSpace(e.text("callRecordingDisplayName")); name != "" {
		said += " “" + name + "”"
	}
	switch e.text("callRecordingStatus") {
	case "success", "chunkFinished":
		return said + " is ready."
	case "failure":
		return said + " has failed."
	}
	return said + " has started."
}

func (e event) initiator() string {
	for _, kind := range []string{"user", "application", "device", "conversation"} {
		if identity := e.object.object("initiator").object(kind); identity != nil {
			return e.person(identity)
		}
	}
	return "Somebody"
}

// members are the people whom the event is about.
func (e event) members() string {
	var names []string
	for _, member := range e.objects("members") {
		names = append(names, e.person(member))
	}
	switch n := len(names); n {
	case 0:
		return "somebody"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func (e event) person(identity object) string {
	name := plain(identity.text("displayName"))
	if name == "" && e.nameOf != nil {
		name = e.nameOf(identity.text("id"))
	}
	return first(name, "somebody")
}

// words takes a name like teamsAppInstalled apart.
func words(name string) string {
	var b strings.Builder
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte(' ')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
