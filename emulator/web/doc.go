// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package web is the emulator's page at /: teams, channels and messages as Teams would show them, a form to write as
// anybody in a team, the application registrations with what they were granted, and the subscriptions. The page looks
// for news every second; what it does goes through the API below /_emulator/.
package web
