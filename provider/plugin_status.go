// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// pluginStatus is what is known about the plugin: what the server says of its nodes, and what the plugin says about
// itself. What nobody could tell is nil. It is decoded from the plugin's answer (json) and shown as it is (tfsdk).
type pluginStatus struct {
	Running   bool         `json:"-" tfsdk:"running"`
	Installed *bool        `json:"-" tfsdk:"installed"`
	Enabled   bool         `json:"-" tfsdk:"enabled"`
	Nodes     []nodeStatus `json:"-" tfsdk:"nodes"`
	Version   *string      `json:"-" tfsdk:"version"`

	Node                       *string                `json:"node" tfsdk:"node"`
	State                      *string                `json:"state" tfsdk:"state"`
	Bridging                   *bool                  `json:"bridging" tfsdk:"bridging"`
	MissingKeys                []string               `json:"missing_keys" tfsdk:"missing_keys"`
	Problems                   []settingProblem       `json:"problems" tfsdk:"problems"`
	SettingsSince              *string                `json:"settings_since" tfsdk:"settings_since"`
	PendingSettings            *pendingSettings       `json:"pending_settings" tfsdk:"pending_settings"`
	Credentials                *credentialsStatus     `json:"credentials" tfsdk:"credentials"`
	ClientSecretExpiresAt      *string                `json:"client_secret_expires_at" tfsdk:"client_secret_expires_at"`
	ClientCertificateExpiresAt *string                `json:"client_certificate_expires_at" tfsdk:"client_certificate_expires_at"`
	TerraformManagedKeys       []string               `json:"terraform_managed_keys" tfsdk:"terraform_managed_keys"`
	Error                      *string                `json:"error" tfsdk:"error"`
	Queues                     map[string]queueStatus `json:"queues" tfsdk:"queues"`
	Links                      []linkStatus           `json:"links" tfsdk:"links"`
	Subscriptions              []subscriptionStatus   `json:"subscriptions" tfsdk:"subscriptions"`
	Evaluation                 *evaluationStatus      `json:"evaluation" tfsdk:"evaluation"`
	TakeOver                   *takeOverStatus        `json:"take_over" tfsdk:"take_over"`
	Bots                       []botStatus            `json:"bots" tfsdk:"bots"`
	Accounts                   *accountsStatus        `json:"accounts" tfsdk:"accounts"`
}

type nodeStatus struct {
	ID      string `tfsdk:"id"`
	Version string `tfsdk:"version"`
	State   string `tfsdk:"state"`
	Error   string `tfsdk:"error"`
}

type settingProblem struct {
	Key     string `json:"key" tfsdk:"key"`
	Message string `json:"message" tfsdk:"message"`
}

type pendingSettings struct {
	Since string   `json:"since" tfsdk:"since"`
	Keys  []string `json:"keys" tfsdk:"keys"`
	Error *string  `json:"error" tfsdk:"error"`
}

type credentialsStatus struct {
	State     string  `json:"state" tfsdk:"state"`
	CheckedAt *string `json:"checked_at" tfsdk:"checked_at"`
	Error     *string `json:"error" tfsdk:"error"`
}

type queueStatus struct {
	Pending                int64   `json:"pending" tfsdk:"pending"`
	Parked                 int64   `json:"parked" tfsdk:"parked"`
	Dead                   int64   `json:"dead" tfsdk:"dead"`
	OldestAgeSeconds       float64 `json:"oldest_age_seconds" tfsdk:"oldest_age_seconds"`
	OldestParkedAgeSeconds float64 `json:"oldest_parked_age_seconds" tfsdk:"oldest_parked_age_seconds"`
}

type linkStatus struct {
	ChannelID      string     `json:"channel_id" tfsdk:"channel_id"`
	TeamsTeamID    string     `json:"teams_team_id" tfsdk:"teams_team_id"`
	TeamsChannelID string     `json:"teams_channel_id" tfsdk:"teams_channel_id"`
	Inbound        laneStatus `json:"inbound" tfsdk:"inbound"`
	Outbound       laneStatus `json:"outbound" tfsdk:"outbound"`
}

type laneStatus struct {
	Pending     int64   `json:"pending" tfsdk:"pending"`
	Parked      int64   `json:"parked" tfsdk:"parked"`
	Dead        int64   `json:"dead" tfsdk:"dead"`
	LagSeconds  float64 `json:"lag_seconds" tfsdk:"lag_seconds"`
	LastEventAt *string `json:"last_event_at" tfsdk:"last_event_at"`
	LastError   *string `json:"last_error" tfsdk:"last_error"`
	LastErrorAt *string `json:"last_error_at" tfsdk:"last_error_at"`
}

type subscriptionStatus struct {
	TeamsChannelID string  `json:"teams_channel_id" tfsdk:"teams_channel_id"`
	Resource       *string `json:"resource" tfsdk:"resource"`
	GraphID        *string `json:"graph_id" tfsdk:"graph_id"`
	State          string  `json:"state" tfsdk:"state"`
	CertificateID  *string `json:"certificate_id" tfsdk:"certificate_id"`
	ExpiresAt      *string `json:"expires_at" tfsdk:"expires_at"`
	Outdated       *string `json:"outdated" tfsdk:"outdated"`
	LastError      *string `json:"last_error" tfsdk:"last_error"`
	ErrorCode      *string `json:"error_code" tfsdk:"error_code"`
	LastErrorAt    *string `json:"last_error_at" tfsdk:"last_error_at"`
}

type evaluationStatus struct {
	Applies  bool  `json:"applies" tfsdk:"applies"`
	Messages int64 `json:"messages" tfsdk:"messages"`
	Budget   int64 `json:"budget" tfsdk:"budget"`
	UsedUp   bool  `json:"used_up" tfsdk:"used_up"`
}

type takeOverStatus struct {
	State         string     `json:"state" tfsdk:"state"`
	BeganAt       *string    `json:"began_at" tfsdk:"began_at"`
	FinishedAt    *string    `json:"finished_at" tfsdk:"finished_at"`
	Links         int64      `json:"links" tfsdk:"links"`
	Accounts      int64      `json:"accounts" tfsdk:"accounts"`
	Bots          int64      `json:"bots" tfsdk:"bots"`
	Subscriptions int64      `json:"subscriptions" tfsdk:"subscriptions"`
	Whitelist     int64      `json:"whitelist" tfsdk:"whitelist"`
	Messages      int64      `json:"messages" tfsdk:"messages"`
	Copies        int64      `json:"copies" tfsdk:"copies"`
	Left          []leftOver `json:"left" tfsdk:"left"`
}

type leftOver struct {
	What     string   `json:"what" tfsdk:"what"`
	Reason   string   `json:"reason" tfsdk:"reason"`
	Count    int64    `json:"count" tfsdk:"count"`
	Examples []string `json:"examples" tfsdk:"examples"`
}

type botStatus struct {
	Email       string  `json:"email" tfsdk:"email"`
	DisplayName string  `json:"display_name" tfsdk:"display_name"`
	Connected   bool    `json:"connected" tfsdk:"connected"`
	Reason      *string `json:"reason" tfsdk:"reason"`
}

type accountsStatus struct {
	Connected int64 `json:"connected" tfsdk:"connected"`
	Lost      int64 `json:"lost" tfsdk:"lost"`
}

// readPluginStatus asks the server and the plugin. A plugin that is missing, disabled or does not answer is no error: it
// does not run, and Error says why. The error is for a server that cannot be asked.
func readPluginStatus(ctx context.Context, server *mattermost.Server) (pluginStatus, error) {
	now, err := server.Plugin(ctx)
	if err != nil {
		return pluginStatus{}, err
	}
	var status pluginStatus
	reason := notRunning(now)
	if now.Installed && now.Enabled {
		switch err := server.Status(ctx, &status); {
		case errors.Is(err, mattermost.ErrPluginDown):
			status = pluginStatus{}
			if reason == "" {
				reason = "The plugin does not answer; it may be starting."
			}
		case err != nil:
			return pluginStatus{}, err
		default:
			reason = orElse(reason, status.Error)
			status.Running = now.State() == mattermost.Running
		}
	}
	if reason != "" {
		status.Error = &reason
	}
	status.Enabled = now.Enabled
	if now.Switched {
		status.Installed = &now.Installed
	}
	if now.Installed {
		status.Version, status.Nodes = &now.Version, []nodeStatus{}
	}
	for _, node := range now.Nodes {
		status.Nodes = append(status.Nodes, nodeStatus{node.ID, node.Version, string(node.State), node.Error})
	}
	return status, nil
}

// orElse is text, or what other points to.
func orElse(text string, other *string) string {
	if text == "" && other != nil {
		return *other
	}
	return text
}

// notRunning says why the plugin does not run on every node, with what to do about it; "" if it does.
func notRunning(now mattermost.Plugin) string {
	switch {
	case !now.Switched:
		return "Plugins are switched off on the server (PluginSettings.Enable); switch them on in System Console > Plugin Management."
	case !now.Installed:
		return "The plugin is not installed; declare msteamssync_plugin."
	case !now.Enabled:
		return "The plugin is disabled; set enabled = true in msteamssync_plugin, or enable it in System Console > Plugin Management."
	case now.State() == mattermost.Running:
		return ""
	}
	for _, node := range now.Nodes {
		if node.State == mattermost.Running {
			continue
		}
		where := ""
		if node.ID != "" {
			where = " on the node " + node.ID
		}
		if node.Error != "" {
			return fmt.Sprintf("The plugin is %s%s: %s", node.State, where, node.Error)
		}
		return fmt.Sprintf("The plugin is %s%s; the server's log says why.", node.State, where)
	}
	return "No node of the server runs the plugin; the server's log says why."
}
