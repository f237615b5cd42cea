// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry

import (
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// beginAtZero has the counters stand at 0 before they count. Prometheus sees no increase in a series that comes into being
// with a value, so that the first event of a kind after each start would show nowhere, and alert nobody. Left out is what is
// counted all the time, or only by labels that nobody knows beforehand: what was ignored and is no sign of anything, routes.
func (m *Metrics) beginAtZero() {
	for _, d := range []bridge.Direction{bridge.Inbound, bridge.Outbound} {
		from := source(d)
		for _, kind := range []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete, bridge.React, bridge.File} {
			m.carried.WithLabelValues(string(kind), from)
			for _, class := range []bridge.Class{bridge.Retry, bridge.Unknown, bridge.UserAction, bridge.Permanent, bridge.NotFound} {
				m.failed.WithLabelValues(string(kind), from, class.String())
			}
			if kind != bridge.File { // it goes with its message
				m.dead.WithLabelValues(string(kind), from)
			}
		}
	}
	// Whoever does not know the secret may not know the kinds of changes, either.
	for _, kind := range []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete, ""} {
		m.ignored.WithLabelValues(string(kind), source(bridge.Inbound), string(bridge.UnknownSecret))
	}
	for _, kind := range []store.ResyncKind{store.Catchup, store.Backfill, store.BackfillToTeams} {
		m.resynced.WithLabelValues(string(kind))
	}
	for _, action := range []string{
		"created", "adopted", "renewed", "moved", "recertified", "replaced", "recreated", "removed", "left", "failed",
		"announced_reauthorizationRequired", "announced_subscriptionRemoved", "announced_missed", "announced_other",
	} {
		m.subscriptions.WithLabelValues(action)
	}
	for _, outcome := range []notification.Outcome{
		notification.Opened, notification.NoKey, notification.BadSignature, notification.BadContent, notification.OtherMessage,
		notification.NoTokens, notification.UncheckedToken, notification.WrongToken,
	} {
		m.notifications.WithLabelValues(string(outcome))
	}
}
