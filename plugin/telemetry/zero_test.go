// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/telemetry"
)

// samples are the series that a scrape tells, with their values.
func samples(t *testing.T, m *telemetry.Metrics) map[string]string {
	t.Helper()
	code, text := scrape(t, m)
	if code != http.StatusOK {
		t.Fatalf("status %d: %s", code, text)
	}
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if series, value, found := strings.Cut(strings.TrimSpace(line), " "); found && !strings.HasPrefix(line, "#") {
			values[series] = value
		}
	}
	return values
}

// counted finds the counters whose increase an expression is about.
var counted = regexp.MustCompile(`\b(?:rate|increase)\((\w+_total)(\{[^}]*\})?\[`)

// TestWhatIsCountedStandsAtZeroBefore: of all counters whose increase alerts or is shown.
func TestWhatIsCountedStandsAtZeroBefore(t *testing.T) {
	// A limit has a series from its first call on, which a 429 can only follow; the exchanges are one series, there from the start.
	governed := []string{"msteams_connect_msgraph_throttled_total", "msteams_connect_msgraph_limit_exchanges_total"}
	fresh, expressions := samples(t, telemetry.New("1", nil)), map[string]string{}
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			expressions["alert "+rule.Alert] = rule.Expr
		}
	}
	for _, panel := range readDashboard(t).Panels {
		for _, target := range panel.Targets {
			expressions["panel "+panel.Title+" "+target.RefID] = target.Expr
		}
	}
	found := 0
	for name, expression := range expressions {
		for _, s := range counted.FindAllStringSubmatch(expression, -1) {
			if slices.Contains(governed, s[1]) {
				continue
			}
			found++
			stands := false
			for series, value := range fresh {
				metric, labels, _ := strings.Cut(series, "{")
				stands = stands || metric == s[1] && value == "0" && strings.Contains(labels, strings.Trim(s[2], "{}"))
			}
			if !stands {
				t.Errorf("%s: no series of %s%s is there before the first is counted, so that it does not count", name, s[1], s[2])
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d counters were found", found)
	}
}

// TestTheFirstOfEachCounts: nothing that an alert or a person looks for comes into being with a value.
func TestTheFirstOfEachCounts(t *testing.T) {
	m := telemetry.New("1", nil)
	before := samples(t, m)
	for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
		for _, kind := range []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete, bridge.React} {
			m.Dead(d, kind)
			for class := bridge.Retry; class <= bridge.NotFound; class++ {
				m.Failed(d, kind, class)
				m.Failed(d, bridge.File, class)
			}
		}
	}
	for _, kind := range []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete, ""} {
		m.Ignored(bridge.Inbound, kind, bridge.UnknownSecret)
	}
	for _, kind := range []store.ResyncKind{store.Catchup, store.Backfill, store.BackfillToTeams} {
		m.Resynced(kind, 7)
	}
	for _, action := range []string{"recreated", "failed", "left", "announced_subscriptionRemoved", "announced_missed", "announced_other"} {
		m.Subscription(action)
	}
	for _, outcome := range []notification.Outcome{notification.NoKey, notification.BadSignature, notification.BadContent, notification.OtherMessage, notification.UncheckedToken, notification.WrongToken} {
		m.Notification(outcome)
	}
	for series, value := range samples(t, m) {
		metric, _, _ := strings.Cut(series, "{")
		if !strings.HasPrefix(metric, "msteams_connect_") || !strings.HasSuffix(metric, "_total") || value == "0" {
			continue
		}
		if was, there := before[series]; !there || was != "0" {
			t.Errorf("%s was %q and is %s", series, was, value)
		}
	}
}
