// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package jobs runs what is a job and not a message on its way: renewal of subscriptions, looking for what was missed,
// backfills, noting that somebody
// listens, another chance for dead letters, clean-up. River (github.com/riverqueue/river) keeps the jobs in PostgreSQL, in the plugin's own schema, and elects
// the node that starts those that recur; any node may then do the work. A node that dies takes nothing with it: another is
// elected within seconds, and a job that was cut off is started again.
//
// What has to be done is never only in a job. The plugin's tables say what is wanted and how far it has come; a job is how a
// node gets to it. So a job that is lost, doubled or late does no harm.
//
// River polls once a second instead of listening: it would keep one more connection for itself on each node.
package jobs
