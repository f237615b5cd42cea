// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package accounts knows whose Teams account is whose: it takes users and bots through Microsoft's log-in, keeps their
// tokens sealed, refreshes them, notices when Microsoft does not take one any more, and tells the bridge who can send.
//
// A log-in is bound to the Mattermost user, to their session, and to a cookie of the browser that began it; its state
// works once and for ten minutes; the code is protected with PKCE (RFC 7636). So nobody can finish a log-in that somebody
// else began.
package accounts
