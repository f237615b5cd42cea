// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package teamsapi puts the state of Teams and the subscriptions behind Graph's routes: teams, channels, members,
// messages, replies, reactions, delta, the groups behind teams, and /subscriptions. It translates; the rules are in the
// packages teams and notify.
package teamsapi
