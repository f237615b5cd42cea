// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/telemetry"
)

// everything is a scrape after each thing happened that is counted.
func everything(t *testing.T) map[string]map[string]bool {
	t.Helper()
	m := telemetry.New("1.2.3", func(context.Context) (bridge.Health, error) {
		return bridge.Health{Links: []bridge.LinkHealth{{Link: bridge.Link{Channel: "c", Conversation: bridge.Conversation{Team: "t"}}}}}, nil
	})
	m.Watch(func(context.Context) (telemetry.Snapshot, error) {
		return telemetry.Snapshot{CredentialsChecked: true, Subscriptions: []telemetry.Subscription{{State: "active", ExpiresAt: time.Now()}}}, nil
	})
	m.Carried(bridge.Inbound, bridge.Create, time.Second)
	m.Ignored(bridge.Outbound, bridge.Create, bridge.Echo)
	m.Failed(bridge.Outbound, bridge.Create, bridge.Unknown)
	m.Dead(bridge.Inbound, bridge.Edit)
	m.CaughtUp(4)
	m.GraphCall("GET", "/chats/{id}", 429, time.Millisecond)
	m.Request("POST /changes", "POST", 202, time.Millisecond)
	m.ShowLimits(func() governor.Usage { return governor.Usage{Rows: []governor.Row{{Name: "send"}}} })
	m.Waited("send", true, time.Second)
	m.Subscription("created")
	m.Resynced(store.Catchup, 1)
	m.Notification(notification.WrongToken)
	m.SecretExpires(time.Now())
	code, text := scrape(t, m)
	if code != http.StatusOK {
		t.Fatalf("status %d: %s", code, text)
	}
	served := map[string]map[string]bool{}
	for line := range strings.Lines(text) {
		sample := regexp.MustCompile(`^(\w+)(\{.*\})? `).FindStringSubmatch(line)
		if sample == nil {
			continue
		}
		labels := served[sample[1]]
		if labels == nil {
			labels = map[string]bool{"instance": true, "job": true} // Prometheus adds them
			served[sample[1]] = labels
		}
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(sample[2], -1) {
			labels[label[1]] = true
		}
	}
	return served
}

var (
	quoted    = regexp.MustCompile(`"(\\.|[^"\\])*"`)
	selection = regexp.MustCompile(`\b([a-zA-Z_][a-zA-Z0-9_]*_[a-zA-Z0-9_]+)\b(\{[^}]*\})?`)
	matched   = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)`)
	grouped   = regexp.MustCompile(`\b(?:by|on)\s*\(([^)]*)\)`)
	words     = regexp.MustCompile(`[a-zA-Z_]\w*`)
)

// language is what the expressions use of PromQL besides metrics.
var language = []string{"histogram_quantile"}

// check says what is wrong with an expression. It knows as much of PromQL as finds what is spelt wrong: brackets, metrics,
// labels.
func check(served map[string]map[string]bool, expression string) error {
	plain := quoted.ReplaceAllString(expression, `""`)
	var open []rune
	for _, c := range plain {
		if i := strings.IndexRune("([{", c); i >= 0 {
			open = append(open, rune(")]}"[i]))
		} else if strings.ContainsRune(")]}", c) {
			if len(open) == 0 || open[len(open)-1] != c {
				return fmt.Errorf("%c closes nothing", c)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%d brackets are left open", len(open))
	}
	groups := grouped.FindAllStringSubmatch(plain, -1)
	known := map[string]bool{}
	metrics := 0
	for _, s := range selection.FindAllStringSubmatch(grouped.ReplaceAllString(strings.ReplaceAll(plain, "$__rate_interval", "5m"), ""), -1) {
		if slices.Contains(language, s[1]) || strings.Contains(s[0], "=") && s[2] == "" {
			continue
		}
		labels := served[s[1]]
		if labels == nil {
			return fmt.Errorf("the plugin serves no metric %s", s[1])
		}
		metrics++
		for label := range labels {
			known[label] = true
		}
		for _, m := range matched.FindAllStringSubmatch(s[2], -1) {
			if !labels[m[1]] {
				return fmt.Errorf("%s has no label %s", s[1], m[1])
			}
		}
	}
	if metrics == 0 {
		return fmt.Errorf("there is no metric in it")
	}
	for _, g := range groups {
		for _, label := range words.FindAllString(g[1], -1) {
			if !known[label] {
				return fmt.Errorf("none of its metrics has a label %s", label)
			}
		}
	}
	return nil
}

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	served := everything(t)
	for expression, want := range map[string]string{
		`sum(msteams_connect_events_messages_total`:                                 "left open",
		`sum(msteams_connect_events_messages_total])`:                               "closes nothing",
		`msteams_connect_events_message_total`:                                      "no metric",
		`msteams_connect_events_messages_total{direction="in"}`:                     "no label direction",
		`sum by (direction) (msteams_connect_events_messages_total{action="edit"})`: "label direction",
		`1 + 1`: "no metric in it",
	} {
		if err := check(served, expression); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
}

// rules are the alerts, as Prometheus reads them.
type rules struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

func readRules(t *testing.T) (file rules) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/prometheus/msteams-sync.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheAlertsNameWhatIsServed(t *testing.T) {
	file, served := readRules(t), everything(t)
	names := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if err := check(served, rule.Expr); err != nil {
				t.Errorf("%s: %v", rule.Alert, err)
			}
			if names[rule.Alert] {
				t.Errorf("%s is there twice", rule.Alert)
			}
			names[rule.Alert] = true
			if s := rule.Labels["severity"]; s != "warning" && s != "critical" {
				t.Errorf("%s has severity %q", rule.Alert, s)
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s does not say what it is and what to do", rule.Alert)
			}
			if _, err := time.ParseDuration(rule.For); rule.For != "" && err != nil {
				t.Errorf("%s: for: %v", rule.Alert, err)
			}
		}
	}
	if len(names) < 10 {
		t.Errorf("only %d alerts were read", len(names))
	}
}

// dashboard is what Grafana reads, in as far as it is about metrics.
type dashboard struct {
	Title, UID string
	Panels     []struct {
		ID          int
		Type, Title string
		GridPos     struct{ H, W, X, Y int }
		Targets     []struct{ Expr, RefID string }
	}
	Annotations struct{ List []struct{ Expr string } }
}

func readDashboard(t *testing.T) (board dashboard) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/grafana/msteams-sync.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	return board
}

func TestTheDashboardShowsWhatIsServed(t *testing.T) {
	board, served := readDashboard(t), everything(t)
	ids, shown := map[int]bool{}, map[string]bool{}
	taken := map[[2]int]string{}
	for _, panel := range board.Panels {
		if ids[panel.ID] {
			t.Errorf("panel %q has the id of another one", panel.Title)
		}
		ids[panel.ID] = true
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("panel %q shows nothing", panel.Title)
		}
		for x := panel.GridPos.X; x < panel.GridPos.X+panel.GridPos.W; x++ {
			for y := panel.GridPos.Y; y < panel.GridPos.Y+panel.GridPos.H; y++ {
				if other, both := taken[[2]int{x, y}]; both || x >= 24 {
					t.Fatalf("panel %q lies over %q or outside", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
		for _, target := range panel.Targets {
			if err := check(served, target.Expr); err != nil {
				t.Errorf("panel %q: %v", panel.Title, err)
			}
			for _, s := range selection.FindAllStringSubmatch(target.Expr, -1) {
				shown[strings.TrimSuffix(strings.TrimSuffix(s[1], "_bucket"), "_count")] = true
			}
		}
	}
	for _, annotation := range board.Annotations.List {
		if err := check(served, annotation.Expr); err != nil {
			t.Errorf("annotation: %v", err)
		}
	}
	// What is served and not shown is forgotten on one of the two sides.
	for metric := range served {
		metric = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(metric, "_bucket"), "_count"), "_sum")
		if strings.HasPrefix(metric, "msteams_connect_") && !shown[metric] && !slices.Contains([]string{
			"msteams_connect_system_plugin_info", "msteams_connect_system_plugin_start_timestamp_seconds", "msteams_connect_events_dead_letters_total",
		}, metric) {
			t.Errorf("no panel shows %s", metric)
		}
	}
}
