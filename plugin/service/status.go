// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// State is how the plugin is as a whole.
type State string

// The states.
const (
	NotConfigured State = "not_configured"       // settings are missing
	BadSettings   State = "bad_settings"         // settings cannot be used
	NoDatabase    State = "database_unavailable" // the plugin's tables cannot be opened
	Running       State = "running"
)

// Status is what GET /api/v1/status answers. openapi.yaml describes it.
type Status struct {
	Version string `json:"version"`
	Node    string `json:"node"`
	State   State  `json:"state"`
	// Bridging: messages travel, perhaps with the last good settings.
	Bridging    bool             `json:"bridging"`
	MissingKeys []string         `json:"missing_keys"`
	Problems    []config.Problem `json:"problems"`
	// SettingsSince is when the settings in use were taken into use.
	SettingsSince *time.Time `json:"settings_since"`
	// Behind: another node has newer settings, so this one carries nothing.
	Behind *BehindState `json:"behind,omitempty"`
	// PendingSettings are not in use because Microsoft has not accepted them; the last good ones are.
	PendingSettings       *PendingSettings `json:"pending_settings,omitempty"`
	Credentials           CredentialsState `json:"credentials"`
	ClientSecretExpiresAt *time.Time       `json:"client_secret_expires_at"`
	// ClientCertificateExpiresAt is of the newest certificate with which the application can log in.
	ClientCertificateExpiresAt *time.Time            `json:"client_certificate_expires_at"`
	TerraformManagedKeys       []string              `json:"terraform_managed_keys"`
	Error                      string                `json:"error,omitempty"` // why something below is missing
	Queues                     map[string]QueueState `json:"queues"`          // inbound, outbound
	Links                      []LinkState           `json:"links"`
	Chats                      []ChatState           `json:"chats"`
	Subscriptions              []SubscriptionState   `json:"subscriptions"`
	Notifications              NotificationsState    `json:"notifications"`
	Evaluation                 EvaluationState       `json:"evaluation"`
	TakeOver                   TakeOverState         `json:"take_over"`
	Bots                       []BotState            `json:"bots"`
	Accounts                   AccountsState         `json:"accounts"`
	MirroredUsers              MirroredState         `json:"mirrored_users"`
}

// CredentialsState is whether Microsoft takes tenant, client and secret or certificate.
type CredentialsState struct {
	State     string     `json:"state"` // unknown, accepted or refused; refused also when Microsoft cannot be reached
	CheckedAt *time.Time `json:"checked_at"`
	Error     string     `json:"error,omitempty"`
}

// QueueState is one direction's queue.
type QueueState struct {
	Pending                int     `json:"pending"`
	Parked                 int     `json:"parked"`
	Dead                   int     `json:"dead"`
	OldestAgeSeconds       float64 `json:"oldest_age_seconds"`        // of the pending ones
	OldestParkedAgeSeconds float64 `json:"oldest_parked_age_seconds"` // perhaps days, e.g. until somebody connects an account
}

// LinkState is one link's state.
type LinkState struct {
	ChannelID      string       `json:"channel_id"`
	TeamsTeamID    string       `json:"teams_team_id"`
	TeamsChannelID string       `json:"teams_channel_id"`
	Inbound        LaneState    `json:"inbound"`
	Outbound       LaneState    `json:"outbound"`
	Resync         *ResyncState `json:"resync"`
	// Backfill and BackfillToTeams are nil when there is none, or none any more. What they found is in the lanes then.
	Backfill        *ResyncState `json:"backfill"`
	BackfillToTeams *ResyncState `json:"backfill_to_teams"`
}

// LaneState is one direction of a link.
type LaneState struct {
	Pending     int        `json:"pending"`
	Parked      int        `json:"parked"`
	Dead        int        `json:"dead"`
	Old         int        `json:"old"` // of those that wait: what a new link brings along
	LagSeconds  float64    `json:"lag_seconds"`
	LastEventAt *time.Time `json:"last_event_at"`
	LastError   string     `json:"last_error,omitempty"`
	LastErrorAt *time.Time `json:"last_error_at"`
}

// SubscriptionState is one subscription's state.
type SubscriptionState struct {
	TeamsChannelID string     `json:"teams_channel_id"` // empty when it is about all channels or all chats
	Resource       string     `json:"resource"`
	GraphID        string     `json:"graph_id,omitempty"`
	State          string     `json:"state"`                    // wanted, creating, active or removing
	CertificateID  string     `json:"certificate_id,omitempty"` // what messages are encrypted for; empty when they are fetched
	ExpiresAt      *time.Time `json:"expires_at"`
	Outdated       string     `json:"outdated,omitempty"` // why it has to be replaced
	LastError      string     `json:"last_error,omitempty"`
	ErrorCode      string     `json:"error_code,omitempty"` // of last_error: quota_exceeded, not_found, or Graph's
	LastErrorAt    *time.Time `json:"last_error_at"`
}

// EvaluationState is what subscriptions to the whole tenant delivered this month in the evaluation model.
type EvaluationState struct {
	Applies  bool `json:"applies"` // the settings name the evaluation model
	Messages int  `json:"messages"`
	Budget   int  `json:"budget"`
	UsedUp   bool `json:"used_up"` // each channel has a subscription of its own for the rest of the month
}

// NotificationsState is what became of the messages that notifications carried on this node since it started.
type NotificationsState struct {
	CertificateID string     `json:"certificate_id,omitempty"` // of the setting certificatePublic; empty without it
	Opened        int        `json:"opened"`                   // read from the notification
	Fetched       int        `json:"fetched"`                  // could not be read, so that the message was fetched from Graph
	Refused       int        `json:"refused"`                  // Microsoft did not send it; kept as a dead letter
	LastProblem   string     `json:"last_problem,omitempty"`
	LastProblemAt *time.Time `json:"last_problem_at"`
}

// BotState is one bot account's state.
type BotState struct {
	Email       string `json:"email"`
	DisplayName string `json:"display_name"`
	Connected   bool   `json:"connected"`
	Reason      string `json:"reason,omitempty"` // why it is not
}

// AccountsState counts the users' accounts.
type AccountsState struct {
	Connected int `json:"connected"`
	Lost      int `json:"lost"`
}

// Status says how everything is. It always answers; what cannot be read is left out and named in Error.
func (s *Service) Status(ctx context.Context) Status {
	reading := s.reading()
	status := Status{
		Version: s.manifest.Version, Node: s.node, State: Running,
		MissingKeys: orEmpty(reading.Missing), Problems: orEmpty(reading.Problems), TerraformManagedKeys: orEmpty(reading.Settings.ManagedKeys()),
		ClientSecretExpiresAt: orNil(reading.Settings.SecretExpiry()), Credentials: CredentialsState{State: "unknown"},
		Queues: map[string]QueueState{}, Links: []LinkState{}, Chats: []ChatState{}, Subscriptions: []SubscriptionState{}, Bots: []BotState{},
		Evaluation: EvaluationState{Budget: subscriptions.Budget},
		TakeOver:   TakeOverState{State: "none", TakeOverReport: store.TakeOverReport{Left: []store.Left{}}},
	}
	if u := s.used.Load(); u != nil {
		status.SettingsSince = orNil(u.since)
		status.Credentials = credentialsState(u.graph.Credentials())
		status.Evaluation.Applies = u.settings.EvaluationAPI
		if c := s.candidate.Load(); c != nil {
			status.PendingSettings = c.describe(u)
			status.Credentials = credentialsState(c.graph.Credentials())
		}
		if key := u.settings.Certificate; key != nil {
			status.Notifications.CertificateID = key.ID
		}
	}
	switch {
	case len(reading.Missing) > 0:
		status.State = NotConfigured
	case len(reading.Problems) > 0:
		status.State = BadSettings
	}
	r := s.rooms.Load()
	if r == nil {
		status.State = NoDatabase
		if reason := s.openErr.Load(); reason != nil {
			status.Error = *reason
		}
		return status
	}
	status.Behind = r.settings.state()
	status.Bridging = r.working() && status.Behind == nil
	status.ClientCertificateExpiresAt = r.certificateExpiry()
	if err := r.describe(ctx, &status); err != nil {
		status.State, status.Error = NoDatabase, err.Error()
	}
	return status
}

func (r *rooms) describe(ctx context.Context, status *Status) error {
	health, err := r.engine.Health(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	status.Queues["inbound"], status.Queues["outbound"] = queueState(health.Inbound, now), queueState(health.Outbound, now)
	resyncs, err := r.resyncStates(ctx)
	if err != nil {
		return err
	}
	if status.Chats, err = r.chatStates(ctx, health.Links, resyncs, now); err != nil {
		return err
	}
	for _, l := range health.Links {
		if l.Link.Conversation.IsChat() {
			continue
		}
		status.Links = append(status.Links, LinkState{
			ChannelID: string(l.Link.Channel), TeamsTeamID: string(l.Link.Conversation.Team), TeamsChannelID: string(l.Link.Conversation.ID),
			Inbound: laneState(l.Inbound, now), Outbound: laneState(l.Outbound, now),
			Resync: resyncs[l.Link.Conversation.ID][store.Catchup], Backfill: resyncs[l.Link.Conversation.ID][store.Backfill],
			BackfillToTeams: resyncs[l.Link.Conversation.ID][store.BackfillToTeams],
		})
	}
	known, err := r.store.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, x := range known {
		status.Subscriptions = append(status.Subscriptions, subscriptionState(x))
	}
	if status.Evaluation.Messages, _, err = r.store.Evaluation(ctx); err != nil {
		return err
	}
	status.Evaluation.UsedUp = status.Evaluation.Applies && status.Evaluation.Messages >= subscriptions.Budget
	if status.TakeOver, err = r.takeOverState(ctx); err != nil {
		return err
	}
	read := r.reader.State()
	status.Notifications.Opened, status.Notifications.Fetched, status.Notifications.Refused = read.Opened, read.Fetched, read.Refused
	status.Notifications.LastProblem, status.Notifications.LastProblemAt = read.LastProblem, orNil(read.LastProblemAt)
	bots, err := r.store.BotAccounts(ctx)
	if err != nil {
		return err
	}
	usable, err := r.accounts.Bots(ctx)
	if err != nil {
		return err
	}
	for _, bot := range bots {
		connected := slices.ContainsFunc(usable, func(a bridge.Account) bool { return a.ID == bot.ID })
		state := BotState{Email: bot.Email, DisplayName: bot.DisplayName, Connected: connected, Reason: bot.LostReason}
		if !connected && state.Reason == "" {
			state.Reason = r.accounts.Unusable(ctx, bot)
		}
		status.Bots = append(status.Bots, state)
	}
	if status.Accounts.Connected, status.Accounts.Lost, err = r.store.CountAccounts(ctx); err != nil {
		return err
	}
	status.MirroredUsers, err = r.mirroredState(ctx)
	return err
}

func credentialsState(c teams.Credentials) CredentialsState {
	state := CredentialsState{State: "accepted", CheckedAt: orNil(c.CheckedAt)}
	switch {
	case c.CheckedAt.IsZero():
		state.State = "unknown"
	case c.Err != nil:
		state.State, state.Error = "refused", c.Err.Error()
	}
	return state
}

func queueState(q bridge.Queue, now time.Time) QueueState {
	return QueueState{
		Pending: q.Pending, Parked: q.Parked, Dead: q.Dead,
		OldestAgeSeconds: age(q.Oldest, now).Seconds(), OldestParkedAgeSeconds: age(q.OldestParked, now).Seconds(),
	}
}

// age is how long ago a time is; 0 for none.
func age(since, now time.Time) time.Duration {
	if since.IsZero() {
		return 0
	}
	return max(now.Sub(since), 0)
}

func laneState(l bridge.LaneStatistics, now time.Time) LaneState {
	return LaneState{
		Pending: l.Pending, Parked: l.Parked, Dead: l.Dead, Old: l.Old, LagSeconds: l.Lag(now).Seconds(),
		LastEventAt: orNil(l.LastEventAt), LastError: l.LastError, LastErrorAt: orNil(l.LastErrorAt),
	}
}

func subscriptionState(x store.Subscription) SubscriptionState {
	return SubscriptionState{
		TeamsChannelID: string(x.Conversation.ID), Resource: x.Resource, GraphID: x.GraphID, State: string(x.State), CertificateID: x.CertificateID, ExpiresAt: orNil(x.ExpiresAt),
		Outdated: x.Outdated, LastError: x.LastError, ErrorCode: x.ErrorCode, LastErrorAt: orNil(x.LastErrorAt),
	}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// summary describes the state in a few lines of Markdown.
func (s *Service) summary(ctx context.Context) string {
	status := s.Status(ctx)
	var b strings.Builder
	fmt.Fprintf(&b, "MS Teams Sync %s is **%s**.", status.Version, status.State)
	if len(status.MissingKeys) > 0 {
		fmt.Fprintf(&b, " Missing settings: %s.", strings.Join(status.MissingKeys, ", "))
	}
	for _, p := range status.Problems {
		fmt.Fprintf(&b, "\n* Setting %s: %s", p.Key, p.Message)
	}
	if behind := status.Behind; behind != nil {
		fmt.Fprintf(&b, "\n* %s", behind.Message)
	}
	if p := status.PendingSettings; p != nil {
		fmt.Fprintf(&b, "\n* Settings %s are not in use until Microsoft accepts them.", strings.Join(p.Keys, ", "))
	}
	if status.Credentials.Error != "" {
		fmt.Fprintf(&b, "\n* Credentials: %s", status.Credentials.Error)
	}
	if status.Error != "" {
		fmt.Fprintf(&b, "\n* %s", status.Error)
	}
	active := 0
	for _, x := range status.Subscriptions {
		if x.State == string(store.SubscriptionActive) {
			active++
		}
	}
	carried := 0
	for _, c := range status.Chats {
		if c.ChannelID != "" {
			carried++
		}
	}
	fmt.Fprintf(&b, "\n* %d links, %d chats, %d of %d subscriptions active, %d users and %d bots connected", len(status.Links), carried, active, len(status.Subscriptions), status.Accounts.Connected, len(status.Bots))
	told := 0
	for _, x := range status.Subscriptions {
		if x.State == string(store.SubscriptionActive) || x.LastError == "" {
			continue
		}
		if told++; told > 3 {
			b.WriteString("\n* More subscriptions fail; `GET /api/v1/status` lists all.")
			break
		}
		fmt.Fprintf(&b, "\n* Subscription to %s is %s: %s", x.Resource, x.State, x.LastError)
	}
	if e := status.Evaluation; e.UsedUp {
		fmt.Fprintf(&b, "\n* The evaluation budget is used up: %d messages of %d this month. Each channel has a subscription of its own until the next.", e.Messages, e.Budget)
	}
	for _, direction := range []string{"inbound", "outbound"} {
		q := status.Queues[direction]
		fmt.Fprintf(&b, "\n* %s: %d waiting, %d parked, %d given up", direction, q.Pending, q.Parked, q.Dead)
	}
	return b.String()
}
