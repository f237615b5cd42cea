// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package store keeps everything that must outlive a crash in PostgreSQL, in the schema msteamssync of Mattermost's own
// database: one backup then holds both sides of a mapping, and the schema keeps our names away from the server's
// migrations.
//
// One file per entity. No transaction spans a call to another system, and at most ten connections are open per node, one
// of them for LISTEN. Time is the database's: leases and waits do not depend on the nodes' clocks.
//
// Migrations are the numbered files in migrations/, applied in order under an advisory lock when a store is opened. A
// file that has been released is never changed.
package store
