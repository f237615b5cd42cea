// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package governor keeps the plugin's calls of Microsoft Graph within Graph's limits, those of all nodes together. The
// limits themselves are in internal/catalog.
//
// A call counts against a bucket of its row for the application and tenant, one for the channel or chat, and one for the
// user on whose behalf it is made. A bucket gives Limit.Count calls at once and refills at Limit.Refill a second.
//
//	Ask    a lane asks for a permit; when it is not its turn it goes away and is woken when it is
//	Enter  each request passes here: with the permit that its context carries, or it waits for one of its own
//	Leave  the answer settles the permit; a 429 closes what it is about until Retry-After
//
// Waiting calls stand in one queue, in the order in which they asked, those that are late anyway (bridge.Call.Late) behind
// all others. A call that any of several accounts may make gets the one with the most room.
//
// # Several nodes
//
// What is handed out is kept in a Ledger, a table with one row per bucket. A node does not ask it for each call:
//
//	small buckets   (a channel, a user: a handful of calls at once) are handed out as turns. During its turn a node is the
//	                only one that uses the bucket, and counts for itself. A turn is as long as one call needs, and longer the
//	                longer nobody else asks. Who asks next gets the time after it: turns alternate.
//	large buckets   (application and tenant) are handed out as calls that must be made within half a second. The ledger
//	                gives at most half of the bucket at once, so that calls made late stay within the other half.
//
// Nothing has to be given back, and nothing is kept for a node: what a dead one held is over when its turn is. Nodes name
// times to the ledger and hear of them only as distances from the ledger's present, so that their clocks do not matter.
//
// A small bucket counts a call from its answer on, because a call that was sent later may arrive earlier than the time
// between them says. That costs one round trip in each interval, and is why Graph does not have to refuse anything.
package governor
