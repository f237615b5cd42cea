// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package resync finds what was missed in Teams while nobody listened, and the old messages that a new link may bring along from
// either side.
//
// Each link has a cursor: what changed in Teams before it is known. A run reads everything that changed since, page by page,
// has the bridge compare it with what was carried, and queues only what differs, through the inbox, as a notification would.
// So a run may be repeated, cut off and resumed, or overlap with notifications: nothing is carried twice.
//
// A run is wanted when a gap is possible: after a subscription was made or made anew while no other one delivered, when no
// node listened for a while, when Graph says that it lost notifications, when a person asks, and once a day because
// notifications can be lost without a word (Graph docs, "Delivery of change notifications": an endpoint that answered too
// slowly gets none for ten minutes). That it is wanted is in the database; a job of package jobs sees to it, on any node.
package resync
