// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/telemetry"
)

func scrape(t *testing.T, m *telemetry.Metrics) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Code, w.Body.String()
}

func TestMetricsTellWhatHappened(t *testing.T) {
	m := telemetry.New("1.2.3", func(context.Context) (bridge.Health, error) {
		return bridge.Health{Inbound: bridge.Queue{Pending: 3, Dead: 1, Oldest: time.Now().Add(-time.Hour)}, Links: make([]bridge.LinkHealth, 2)}, nil
	})
	m.Carried(bridge.Inbound, bridge.Create, time.Second)
	m.Ignored(bridge.Outbound, bridge.Create, bridge.Echo)
	m.Failed(bridge.Outbound, bridge.Create, bridge.Unknown)
	m.Dead(bridge.Inbound, bridge.Edit)
	m.CaughtUp(4)
	m.GraphCall("GET", "/chats/{id}", 429, time.Millisecond)
	m.Request("", "GET", 404, time.Millisecond)
	m.Notification(notification.WrongToken)

	code, text := scrape(t, m)
	if code != http.StatusOK {
		t.Fatalf("status %d: %s", code, text)
	}
	for _, want := range []string{
		`msteams_connect_system_plugin_info{version="1.2.3"} 1`,
		`msteams_connect_events_messages_total{action="create",source="msteams"} 1`,
		`msteams_connect_events_ignored_total{action="create",discarded_reason="echo",source="mattermost"} 1`,
		`msteams_connect_events_failures_total{action="create",class="unknown",source="mattermost"} 1`,
		`msteams_connect_events_dead_letters_total{action="edit",source="msteams"} 1`,
		`msteams_connect_events_caught_up_posts_total 4`,
		`msteams_connect_msgraph_client_time_seconds_count{method="GET",route="/chats/{id}",status_code="429"} 1`,
		`msteams_connect_api_time_seconds_count{handler="unknown",method="GET",status_code="404"} 1`,
		`msteams_connect_events_encrypted_notifications_total{outcome="tokens_wrong"} 1`,
		`msteams_connect_app_linked_channels 2`,
		`msteams_connect_app_change_event_queue_length{source="msteams",state="pending"} 3`,
		`msteams_connect_app_queue_oldest_seconds{source="mattermost"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestAScrapeSaysWhenTheDatabaseDoesNotAnswer(t *testing.T) {
	m := telemetry.New("1", func(context.Context) (bridge.Health, error) { return bridge.Health{}, errors.New("no database") })
	if code, text := scrape(t, m); code == http.StatusOK || !strings.Contains(text, "no database") {
		t.Errorf("status %d: %s", code, text)
	}
}
