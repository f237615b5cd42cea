// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Snapshot is what there is besides messages: subscriptions, accounts, credentials, budget. All of it is of the whole
// cluster, but credentials and settings are of this node.
type Snapshot struct {
	Subscriptions      []Subscription
	Accounts           map[[2]string]int // "user" or "bot", state → how many
	AccountsAllowed    int               // users with an account and pending invitations together
	PendingInvites     int
	InvitesAllowed     int
	Whitelisted        int
	MirroredUsers      map[string]int // by state
	CredentialsChecked bool
	CredentialsRefused bool
	SettingsBehind     bool // another node has newer ones
	EvaluationMessages int  // of this month
	EvaluationBudget   int  // 0 when the settings do not name the evaluation model
}

// Subscription is one subscription.
type Subscription struct {
	State     string
	Failing   bool   // Graph refused it more than in passing
	ErrorCode string // of the latest refusal
	ExpiresAt time.Time
}

// Watch reads a snapshot at each scrape.
func (m *Metrics) Watch(read func(context.Context) (Snapshot, error)) {
	m.registry.MustRegister(&snapshots{read: read})
}

type snapshots struct {
	read func(context.Context) (Snapshot, error)
}

var (
	subscriptionsByState = prometheus.NewDesc(namespace+"_app_subscriptions", "Graph subscriptions by state; wanted and creating deliver nothing yet.", []string{"state"}, nil)
	subscriptionsFailing = prometheus.NewDesc(namespace+"_app_subscriptions_failing", "Graph subscriptions that Graph refuses to make or renew, by code; quota_exceeded when there are too many.", []string{"code"}, nil)
	subscriptionsEnd     = prometheus.NewDesc(namespace+"_app_subscriptions_next_expiry_timestamp_seconds", "When the first active subscription ends unless it is renewed; 0 without one.", nil, nil)
	accountsByState      = prometheus.NewDesc(namespace+"_app_accounts", "Connected Teams accounts by kind (user, bot) and state of their tokens (connected, lost).", []string{"kind", "state"}, nil)
	accountsLimit        = prometheus.NewDesc(namespace+"_app_connected_users_limit", "How many users may have connected an account, pending invitations included.", nil, nil)
	pendingInvites       = prometheus.NewDesc(namespace+"_app_pending_invites", "Invitations to connect an account that nobody has followed and that are not over.", nil, nil)
	invitesLimit         = prometheus.NewDesc(namespace+"_app_pending_invites_limit", "How many invitations may be pending at a time; 0 when nobody is invited.", nil, nil)
	whitelisted          = prometheus.NewDesc(namespace+"_app_whitelisted_users", "Entries of the whitelist of users who may connect an account while that is restricted.", nil, nil)
	mirroredByState      = prometheus.NewDesc(namespace+"_app_mirrored_users", "Users that stand for people in Teams without a connected account, by state (active, inactive, promoted).", []string{"state"}, nil)
	credentials          = prometheus.NewDesc(namespace+"_msgraph_credentials_accepted", "1 when Microsoft took the application's credentials last, 0 when it refused them or could not be reached; not there before the first use.", nil, nil)
	settingsBehind       = prometheus.NewDesc(namespace+"_app_settings_behind", "1 while this node carries nothing because another node has newer settings, else 0.", nil, nil)
	evaluationMessages   = prometheus.NewDesc(namespace+"_app_evaluation_messages", "Messages that subscriptions to the whole tenant delivered this month in the evaluation model.", nil, nil)
	evaluationBudget     = prometheus.NewDesc(namespace+"_app_evaluation_budget_messages", "How many the evaluation model allowed in a month; 0 when the settings do not name it.", nil, nil)
)

// Describe implements prometheus.Collector.
func (s *snapshots) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{subscriptionsByState, subscriptionsFailing, subscriptionsEnd, accountsByState, accountsLimit, pendingInvites, invitesLimit, whitelisted, mirroredByState, credentials, settingsBehind, evaluationMessages, evaluationBudget} {
		out <- desc
	}
}

// Collect implements prometheus.Collector. States that nobody is in are told too: an alert needs the zero.
func (s *snapshots) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	now, err := s.read(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(subscriptionsByState, err)
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	states := map[string]int{"wanted": 0, "creating": 0, "active": 0, "removing": 0}
	failing := map[string]int{"quota_exceeded": 0}
	var end time.Time
	for _, x := range now.Subscriptions {
		states[x.State]++
		if x.Failing {
			failing[x.ErrorCode]++
		}
		if x.State == "active" && (end.IsZero() || x.ExpiresAt.Before(end)) {
			end = x.ExpiresAt
		}
	}
	for state, n := range states {
		gauge(subscriptionsByState, float64(n), state)
	}
	for code, n := range failing {
		gauge(subscriptionsFailing, float64(n), code)
	}
	gauge(subscriptionsEnd, seconds(end))
	for _, kind := range []string{"user", "bot"} {
		for _, state := range []string{"connected", "lost"} {
			gauge(accountsByState, float64(now.Accounts[[2]string{kind, state}]), kind, state)
		}
	}
	gauge(accountsLimit, float64(now.AccountsAllowed))
	gauge(pendingInvites, float64(now.PendingInvites))
	gauge(invitesLimit, float64(now.InvitesAllowed))
	gauge(whitelisted, float64(now.Whitelisted))
	for _, state := range []string{"active", "inactive", "promoted"} {
		gauge(mirroredByState, float64(now.MirroredUsers[state]), state)
	}
	if now.CredentialsChecked {
		accepted := 1.0
		if now.CredentialsRefused {
			accepted = 0
		}
		gauge(credentials, accepted)
	}
	behind := 0.0
	if now.SettingsBehind {
		behind = 1
	}
	gauge(settingsBehind, behind)
	gauge(evaluationMessages, float64(now.EvaluationMessages))
	gauge(evaluationBudget, float64(now.EvaluationBudget))
}
