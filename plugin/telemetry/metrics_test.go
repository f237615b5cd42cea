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
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
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
		return bridge.Health{Inbound: bridge.Queue{Pending: 3, Dead: 1, Oldest: time.Now().Add(-time.Hour)}, Outbound: bridge.Queue{Parked: 1, OldestParked: time.Now().Add(-2000 * time.Second)}, Links: []bridge.LinkHealth{
			{Link: bridge.Link{Channel: "one", Conversation: bridge.Conversation{Team: "t"}}, Inbound: bridge.LaneStatistics{Dead: 1, Oldest: time.Now().Add(-time.Minute), LastEventAt: time.Unix(1000, 0)}}, {Link: bridge.Link{Channel: "two", Conversation: bridge.Conversation{Team: "t"}}}, {Link: bridge.Link{Channel: "a chat"}},
		}}, nil
	})
	m.Carried(bridge.Inbound, bridge.Create, time.Second)
	m.Ignored(bridge.Outbound, bridge.Create, bridge.Echo)
	m.Failed(bridge.Outbound, bridge.Create, bridge.Unknown)
	m.Dead(bridge.Inbound, bridge.Edit)
	m.CaughtUp(4)
	m.GraphCall("GET", "/chats/{id}", 429, time.Millisecond)
	m.Request("", "GET", 404, time.Millisecond)
	m.Hook("post_created", 15*time.Microsecond)
	m.Notification(notification.WrongToken)

	m.ShowLimits(func() governor.Usage {
		return governor.Usage{Exchanges: 7, Rows: []governor.Row{{Name: "POST chat message", Throttled: 2, Waiting: 3, Utilisation: .5}}}
	})
	m.Waited("POST chat message", true, 2*time.Second)

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
		`msteams_connect_events_hook_time_seconds_bucket{hook="post_created",le="2e-05"} 1`,
		`msteams_connect_events_encrypted_notifications_total{outcome="tokens_wrong"} 1`,
		`msteams_connect_msgraph_throttled_total{limit="POST chat message"} 2`,
		`msteams_connect_msgraph_waiting_calls{limit="POST chat message"} 3`,
		`msteams_connect_msgraph_limit_used_ratio{limit="POST chat message"} 0.5`,
		`msteams_connect_msgraph_limit_exchanges_total 7`,
		`msteams_connect_msgraph_limit_wait_seconds_bucket{late="true",limit="POST chat message",le="2.5"} 1`,
		`msteams_connect_app_linked_channels 2`,
		`msteams_connect_app_linked_chats 1`,
		`msteams_connect_app_link_last_event_timestamp_seconds{channel_id="one",source="msteams"} 1000`,
		`msteams_connect_app_link_dead_letters{channel_id="one",source="msteams"} 1`,
		`msteams_connect_app_link_lag_seconds{channel_id="one",source="msteams"} 6`,
		`msteams_connect_app_link_lag_seconds{channel_id="two",source="mattermost"} 0`,
		`msteams_connect_app_change_event_queue_length{source="msteams",state="pending"} 3`,
		`msteams_connect_app_queue_oldest_seconds{source="mattermost",state="pending"} 0`,
		`msteams_connect_app_queue_oldest_seconds{source="mattermost",state="parked"} 2000`,
		`msteams_connect_app_queue_oldest_seconds{source="msteams",state="pending"} 3600`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestASnapshotIsTold(t *testing.T) {
	m := telemetry.New("1", nil)
	m.Watch(func(context.Context) (telemetry.Snapshot, error) {
		return telemetry.Snapshot{
			SettingsBehind: true,
			Subscriptions: []telemetry.Subscription{
				{State: "active", ExpiresAt: time.Unix(3000, 0)}, {State: "active", ExpiresAt: time.Unix(2000, 0)},
				{State: "wanted", Failing: true, ErrorCode: "quota_exceeded"}, {State: "active", ExpiresAt: time.Unix(4000, 0), Failing: true, ErrorCode: "Forbidden"},
			},
			Accounts: map[[2]string]int{{"bot", "lost"}: 2}, AccountsAllowed: 1000, PendingInvites: 3, InvitesAllowed: 10, Whitelisted: 4, MirroredUsers: map[string]int{"active": 7}, CredentialsChecked: true, CredentialsRefused: true, EvaluationMessages: 401, EvaluationBudget: 500,
		}, nil
	})
	_, text := scrape(t, m)
	for _, want := range []string{
		`msteams_connect_app_subscriptions{state="active"} 3`, `msteams_connect_app_subscriptions{state="wanted"} 1`, `msteams_connect_app_subscriptions{state="removing"} 0`,
		`msteams_connect_app_subscriptions_failing{code="quota_exceeded"} 1`, `msteams_connect_app_subscriptions_failing{code="Forbidden"} 1`,
		`msteams_connect_app_subscriptions_next_expiry_timestamp_seconds 2000`, `msteams_connect_app_accounts{kind="bot",state="lost"} 2`,
		`msteams_connect_app_connected_users_limit 1000`, `msteams_connect_app_pending_invites 3`, `msteams_connect_app_pending_invites_limit 10`, `msteams_connect_app_whitelisted_users 4`,
		`msteams_connect_app_accounts{kind="user",state="connected"} 0`, `msteams_connect_msgraph_credentials_accepted 0`, `msteams_connect_app_settings_behind 1`,
		`msteams_connect_app_evaluation_messages 401`, `msteams_connect_app_mirrored_users{state="active"} 7`, `msteams_connect_app_mirrored_users{state="promoted"} 0`, `msteams_connect_app_evaluation_budget_messages 500`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	failing := telemetry.New("1", nil)
	failing.Watch(func(context.Context) (telemetry.Snapshot, error) {
		return telemetry.Snapshot{}, errors.New("no database")
	})
	if code, text := scrape(t, failing); code == http.StatusOK || !strings.Contains(text, "no database") {
		t.Errorf("status %d: %s", code, text)
	}
}

func TestAScrapeSaysWhenTheDatabaseDoesNotAnswer(t *testing.T) {
	m := telemetry.New("1", func(context.Context) (bridge.Health, error) { return bridge.Health{}, errors.New("no database") })
	if code, text := scrape(t, m); code == http.StatusOK || !strings.Contains(text, "no database") {
		t.Errorf("status %d: %s", code, text)
	}
}
