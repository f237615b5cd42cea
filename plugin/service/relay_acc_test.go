// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package service_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// Nobody is connected with the others.
func (c *configured) PublishWebSocketEvent(string, map[string]any, *model.WebsocketBroadcast) {}

// socketed is a server without a licence that has a channel, whose admins all are, and that sends websocket events.
type socketed struct {
	*configured
	sent chan string
}

func (s *socketed) GetLicense() *model.License { return nil }
func (s *socketed) GetChannel(id string) (*model.Channel, *model.AppError) {
	return &model.Channel{Id: id, TeamId: "team", Type: model.ChannelTypeOpen}, nil
}
func (s *socketed) GetTeam(id string) (*model.Team, *model.AppError) { return &model.Team{Id: id}, nil }
func (s *socketed) HasPermissionTo(string, *model.Permission) bool   { return true }
func (s *socketed) HasPermissionToChannel(string, string, *model.Permission) bool {
	return true
}
func (s *socketed) PublishWebSocketEvent(name string, data map[string]any, to *model.WebsocketBroadcast) {
	s.sent <- fmt.Sprint(name, " ", data["channel_id"], " ", to.UserId)
}

// listening waits until so many nodes hear what others tell them; an event that is told before is not repeated.
func listening(t *testing.T, dataSource string, nodes int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), dataSource)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	storetest.Eventually(t, "the nodes listen", func() bool {
		var n int
		err := db.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' AND query = 'LISTEN "+store.LanesChannel+"'").Scan(&n)
		return err == nil && n == nodes
	})
}

// TestEventsReachClientsOfAnotherNode: the command runs on one node, the person's browser is connected with the other one.
func TestEventsReachClientsOfAnotherNode(t *testing.T) {
	one := run(t)
	nodes := make([]*socketed, 2)
	services := make([]*service.Service, 2)
	for i := range nodes {
		nodes[i] = &socketed{configured: &configured{settings: one.server.settings}, sent: make(chan string, 10)}
		nodes[i].driver, nodes[i].dataSource = one.server.driver, one.server.dataSource
		s, err := start(t, nodes[i])
		if err != nil {
			t.Fatal(err)
		}
		services[i] = s
		(&running{t: t, Service: s}).until("it works", func(s service.Status) bool { return s.Bridging })
	}
	listening(t, one.server.dataSource, 3)
	if answer := services[0].Execute("alex", "town", "/msteams-sync link"); !strings.Contains(answer, "dialog") {
		t.Fatalf("the command answers %q", answer)
	}
	for i, node := range nodes {
		select {
		case sent := <-node.sent:
			if sent != "open_link_dialog town alex" {
				t.Errorf("node %d sends %q", i, sent)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("node %d sends nothing", i)
		}
	}
	for i, node := range nodes {
		if len(node.sent) > 0 {
			t.Errorf("node %d sends more: %q", i, <-node.sent)
		}
	}
}
