// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

const (
	chatPath        = "/chats/{chat-id}"
	chatMessagePath = chatPath + "/messages/{message-id}"
)

// registerChats adds the routes of chats.
func (a *api) registerChats(front *graph.Front) {
	front.Handle("POST", "/chats", a.createChat)
	front.Handle("GET", "/chats", a.listChats)
	front.Handle("GET", "/me/chats", a.listChats)
	front.Handle("GET", "/users/{user-id}/chats", a.listChats)
	front.Handle("GET", "/users/{user-id}/chats/getAllMessages", a.messagesOfUser)
	front.Handle("GET", chatPath, a.chat)
	front.Handle("GET", chatPath+"/members", a.chatMembers)
	front.Handle("POST", chatPath+"/members", a.addChatMember)

	front.Handle("GET", chatPath+"/messages", a.listChatMessages)
	front.Handle("POST", chatPath+"/messages", a.post)
	front.Handle("GET", chatMessagePath, a.message)
	front.Handle("PATCH", chatMessagePath, a.edit)
	front.Handle("POST", "/users/{user-id}"+chatMessagePath+"/softDelete", a.changeInChat(a.Teams.Delete))
	front.Handle("POST", "/users/{user-id}"+chatMessagePath+"/undoSoftDelete", a.changeInChat(a.Teams.Undelete))
	front.Handle("POST", chatMessagePath+"/setReaction", a.react(a.Teams.React))
	front.Handle("POST", chatMessagePath+"/unsetReaction", a.react(a.Teams.Unreact))
	front.Handle("GET", chatMessagePath+"/hostedContents", a.hostedContents)
	front.Handle("GET", chatMessagePath+"/hostedContents/{hosted-id}/$value", a.hostedContent)
}

// shownChat is a chat in an answer.
type shownChat struct {
	teams.Chat
	Members []conversationMember `json:"members,omitempty"`
}

// newMember is a member in a request.
type newMember struct {
	Type  string       `json:"@odata.type"`
	Roles []teams.Role `json:"roles"`
	User  string       `json:"user@odata.bind"`
}

// person reads who is meant out of https://graph.microsoft.com/v1.0/users('id').
func (m newMember) person() (teams.ChatMember, error) {
	_, rest, found := strings.Cut(m.User, "/users")
	switch {
	case m.Type != "#microsoft.graph.aadUserConversationMember" || !found:
		return teams.ChatMember{}, badRequest("Bad Request: a member needs @odata.type #microsoft.graph.aadUserConversationMember and user@odata.bind.")
	case strings.HasPrefix(rest, "('") && strings.HasSuffix(rest, "')"):
		rest = rest[2 : len(rest)-2]
	default:
		rest = strings.TrimPrefix(rest, "/")
	}
	member := teams.ChatMember{Person: teams.Person{ID: rest}, Role: teams.Member}
	for _, role := range m.Roles {
		if role != teams.Owner && role != teams.Guest {
			return member, badRequest("Invalid role specified for member.")
		}
		member.Role = role
	}
	return member, nil
}

// createChat makes a chat as the signed-in user, who must be among its members. The older page of Graph's documentation
// says that applications cannot, and the emulator keeps to it.
func (a *api) createChat(call *graph.Call) (*graph.Response, error) {
	if call.Caller.AppOnly() {
		return nil, forbidden("Requested API is not supported in application-only context")
	}
	var body struct {
		Type    teams.ChatType `json:"chatType"`
		Topic   *string        `json:"topic"`
		Members []newMember    `json:"members"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	draft := teams.ChatDraft{Type: body.Type, Topic: body.Topic}
	for _, m := range body.Members {
		member, err := m.person()
		if err != nil {
			return nil, err
		}
		if member.Role == teams.Member {
			return nil, badRequest("Invalid role specified for member.") // a chat's member is owner or guest
		}
		draft.Members = append(draft.Members, member)
	}
	switch {
	case body.Type != teams.OneOnOne && body.Type != teams.Group:
		return nil, badRequest("chatType must be oneOnOne or group.")
	case body.Type == teams.OneOnOne && len(draft.Members) != 2:
		return nil, badRequest("Invalid number of members for a oneOnOne chat.")
	case body.Type == teams.Group && len(draft.Members) < 2:
		return nil, badRequest("A group chat needs at least two members.")
	case !slices.ContainsFunc(draft.Members, func(m teams.ChatMember) bool { return a.isCaller(call, m.ID) }):
		return nil, forbidden("The caller must be one of the members specified in the request body.")
	}
	chat, err := a.Teams.CreateChat(draft)
	if err != nil {
		return nil, graphError(err)
	}
	document, err := graph.Entity(call, "chats", chat)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, call.BaseURL+call.Request.URL.EscapedPath()+"/"+url.PathEscape(string(chat.ID))), nil
}

func (a *api) isCaller(call *graph.Call, idOrUPN string) bool {
	user, ok := a.Directory.User(idOrUPN)
	return ok && user.ID == call.Caller.UserID
}

// listChats lists the signed-in user's chats, the one that was last written in first, with their members if asked for.
func (a *api) listChats(call *graph.Call) (*graph.Response, error) {
	id := call.Path["user-id"]
	if id == "" {
		id = call.Caller.UserID
	}
	user, ok := a.Directory.User(id)
	switch {
	case !ok:
		return nil, graph.NotFound(id)
	case !call.Caller.AppOnly() && user.ID != call.Caller.UserID:
		return nil, forbidden("The caller may list only their own chats.")
	}
	expand := false
	for _, option := range call.Query.Expand {
		if option != "members" {
			return nil, badRequest("Only members can be expanded here.")
		}
		expand = true
	}
	chats := []any{}
	for _, chat := range a.Teams.ChatsOf(user.ID) {
		shown := shownChat{Chat: chat}
		if expand {
			var err error
			if shown.Members, err = a.membersOf(chat.ID); err != nil {
				return nil, err
			}
		}
		chats = append(chats, shown)
	}
	return graph.Page(call, chats, 20, 50)
}

func (a *api) chat(call *graph.Call) (*graph.Response, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	chat, err := a.Teams.Chat(at.Chat)
	if err != nil {
		return nil, graphError(err)
	}
	shown := shownChat{Chat: chat}
	if slices.Contains(call.Query.Expand, "members") {
		if shown.Members, err = a.membersOf(chat.ID); err != nil {
			return nil, err
		}
	}
	return entity(call, "chats", shown)
}

func (a *api) chatMembers(call *graph.Call) (*graph.Response, error) {
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	members, err := a.membersOf(at.Chat)
	if err != nil {
		return nil, err
	}
	return graph.Page(call, anySlice(members), 100, 999)
}

func (a *api) membersOf(chat teams.ChatID) ([]conversationMember, error) {
	members, err := a.Teams.ChatMembers(chat)
	if err != nil {
		return nil, graphError(err)
	}
	list := []conversationMember{}
	for _, m := range members {
		roles := []string{}
		if m.Role != teams.Member {
			roles = append(roles, string(m.Role))
		}
		member := conversationMember{
			Type: "#microsoft.graph.aadUserConversationMember", ID: string(chat) + "##" + m.ID, Roles: roles,
			DisplayName: m.DisplayName, UserID: m.ID, TenantID: m.TenantID,
		}
		if user, ok := a.Directory.User(m.ID); ok {
			member.DisplayName, member.Email = user.DisplayName, user.Mail
		}
		list = append(list, member)
	}
	return list, nil
}

func (a *api) addChatMember(call *graph.Call) (*graph.Response, error) {
	at, err := a.writer(call)
	if err != nil {
		return nil, err
	}
	var body newMember
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	member, err := body.person()
	if err != nil {
		return nil, err
	}
	if err := a.Teams.AddToChat(call.Caller.UserID, at.Chat, member.ID, member.Role); err != nil {
		return nil, graphError(err)
	}
	return graph.Created(nil, call.BaseURL+call.Request.URL.EscapedPath()+"/"+url.PathEscape(string(at.Chat)+"##"+member.ID)), nil
}

// readableChat finds the chat in the path. A signed-in user reads only chats that they are in.
func (a *api) readableChat(call *graph.Call) (teams.Place, error) {
	chat, err := a.Teams.Chat(teams.ChatID(call.Path["chat-id"]))
	if err != nil {
		return teams.Place{}, graphError(err)
	}
	if !call.Caller.AppOnly() && !a.Teams.InChat(chat.ID, call.Caller.UserID) {
		return teams.Place{}, forbidden("The caller is not a member of the chat '" + string(chat.ID) + "'.")
	}
	return teams.Place{Chat: chat.ID}, nil
}

// changeInChat serves softDelete and undoSoftDelete, which name the user as well as the chat: it must be the caller.
func (a *api) changeInChat(do func(string, teams.Ref) (*teams.Message, error)) graph.Handler {
	change := a.change(do)
	return func(call *graph.Call) (*graph.Response, error) {
		user, ok := a.Directory.User(call.Path["user-id"])
		switch {
		case !ok:
			return nil, graph.NotFound(call.Path["user-id"])
		case user.ID != call.Caller.UserID:
			return nil, forbidden("The user in the path is not the caller.")
		}
		return change(call)
	}
}

// listChatMessages lists a chat's messages by the time that is asked for, newest first. A filter counts only with an order
// by the same property (Graph docs, "List messages in a chat").
func (a *api) listChatMessages(call *graph.Call) (*graph.Response, error) {
	if err := allowOptions(call, "top", "skiptoken", "orderby", "filter"); err != nil {
		return nil, err
	}
	at, err := a.readablePlace(call)
	if err != nil {
		return nil, err
	}
	order, err := chatOrder(call.Query.OrderBy)
	if err != nil {
		return nil, err
	}
	wanted, err := chatFilter(call.Query.Filter, order)
	if err != nil {
		return nil, err
	}
	all, err := a.Teams.Messages(at)
	if err != nil {
		return nil, graphError(err)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(m *teams.Message) bool { return !wanted(m) })
	slices.SortStableFunc(all, func(a, b *teams.Message) int { return timeOf(order, b).Compare(timeOf(order, a)) })
	page, err := a.page(call, all)
	if err != nil {
		return nil, err
	}
	return graph.OK(page), nil
}

// InChat tells who is in a chat, by object id or user principal name.
func InChat(dir *directory.State, state *teams.State) func(teams.ChatID, string) bool {
	return func(chat teams.ChatID, user string) bool {
		if known, ok := dir.User(user); ok {
			user = known.ID
		}
		return state.InChat(chat, user)
	}
}

// messagesOfUser lists the messages of all chats of a user, for applications only. Until 2025-08-25 it was metered, which the
// emulator does not bring back for calls.
func (a *api) messagesOfUser(call *graph.Call) (*graph.Response, error) {
	if err := allowOptions(call, "top", "skiptoken", "filter"); err != nil {
		return nil, err
	}
	user, ok := a.Directory.User(call.Path["user-id"])
	if !ok {
		return nil, graph.NotFound(call.Path["user-id"])
	}
	wanted, err := chatFilter(call.Query.Filter, byModified)
	if err != nil {
		return nil, err
	}
	var all []*teams.Message
	for _, chat := range a.Teams.ChatsOf(user.ID) {
		messages, err := a.Teams.Messages(teams.Place{Chat: chat.ID})
		if err != nil {
			continue // gone since it was listed
		}
		all = append(all, slices.DeleteFunc(slices.Clone(messages), func(m *teams.Message) bool { return !wanted(m) })...)
	}
	slices.SortStableFunc(all, func(a, b *teams.Message) int { return timeOf(byModified, b).Compare(timeOf(byModified, a)) })
	page, err := a.page(call, all)
	if err != nil {
		return nil, err
	}
	return graph.OK(page), nil
}
