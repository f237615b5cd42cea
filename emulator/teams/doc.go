// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package teams holds the emulator's state of Microsoft Teams: teams, channels, members and messages, with the rules
// that Teams itself applies to them: who may write, how a body is normalised, how large it may be, which id a message
// gets, what a deleted message looks like. It knows nothing of HTTP; package teamsapi puts it behind Graph's routes and
// package notify turns its changes into change notifications. Tests call it directly to act as somebody in Teams.
package teams
