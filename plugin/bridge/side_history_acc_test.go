// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/resync"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// chainsPerPage is small, so that every history has several pages.
const chainsPerPage = 2

// History shows the reply chains in which something changed, as Graph's delta query does: whole, a few per page, the newest
// first. A page's name is where it begins.
func (s *teamsSide) History(_ context.Context, in bridge.Conversation, since time.Time, page string) (messages []bridge.TeamsMessage, next string, err error) {
	if v, err := s.pages.next(); v != works {
		return nil, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turned = append(s.turned, page)
	chains := map[bridge.TeamsMessageID][]bridge.TeamsMessage{}
	changed := map[bridge.TeamsMessageID]bool{}
	var roots []bridge.TeamsMessageID
	for _, m := range s.messages {
		root := m.Ref.Root
		if root == "" {
			root = m.Ref.ID
			roots = append(roots, root)
		}
		if m.Ref.Conversation.ID == in.ID {
			chains[root] = append(chains[root], m)
			changed[root] = changed[root] || m.ModifiedAt.After(since)
		}
	}
	slices.Reverse(roots)
	roots = slices.DeleteFunc(roots, func(root bridge.TeamsMessageID) bool { return !changed[root] })
	first := 0
	if page != "" {
		if first, err = strconv.Atoi(strings.TrimPrefix(page, "from ")); err != nil || first > len(roots) {
			return nil, "", &bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("the page is not known any more")}
		}
	}
	last := min(first+chainsPerPage, len(roots))
	for _, root := range roots[first:last] {
		messages = append(messages, chains[root]...)
	}
	if last < len(roots) {
		next = "from " + strconv.Itoa(last)
	}
	return messages, next, nil
}

// resync returns what a node looks for missed messages with.
func (s *site) resync(n *node, observe ...func(store.ResyncKind, int)) *resync.Resync {
	observe = append(observe, func(store.ResyncKind, int) {})
	return resync.New(resync.Config{
		Observe: observe[0],
		Store:   n.store, Bridge: n.Engine, Graph: func() (resync.Graph, error) { return s.teams, nil }, Log: storetest.Log(s.t, "resync"),
	})
}

// wantResync says that something may be missing.
func (s *site) wantResync(n *node) {
	s.t.Helper()
	if linked, err := n.store.WantResync(s.t.Context(), chat.ID, store.WantedByPerson); err != nil || !linked {
		s.t.Fatal(linked, err)
	}
}

// catchUp looks for what was missed until nothing is wanted any more, and returns how much was found.
func (s *site) catchUp(n *node, kind store.ResyncKind) (found int) {
	s.t.Helper()
	r := s.resync(n, func(_ store.ResyncKind, by int) { found += by })
	for more := true; more; {
		var err error
		if more, err = r.Run(s.t.Context(), chat.ID, kind); err != nil {
			s.t.Fatal(err)
		}
	}
	return found
}

// inTeamsUnseen is a change in Teams of which nobody is notified.
func (s *site) inTeamsUnseen(ref bridge.MessageRef, f func(*bridge.TeamsMessage) bool) {
	s.t.Helper()
	if _, changed := s.teams.change(ref, f); !changed {
		s.t.Errorf("the change of %v changed nothing", ref.ID)
	}
}

// writeUnseen makes a message of which nobody is notified.
func (s *site) writeUnseen(root bridge.TeamsMessageID, from bridge.Sender, html string) bridge.TeamsMessage {
	return s.teams.write(bridge.MessageRef{Conversation: chat, Root: root}, from, html)
}
