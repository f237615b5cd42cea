// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package people knows who stands for whom: whoever connected a Teams account, else a Mattermost user that mirrors the
// person and that nobody can log in as.
//
// A mirrored user is made when somebody without an account is first seen, and with the setting syncUsers of everybody in the
// tenant whom the settings choose, before that: they can be mentioned and written to. Its id follows from the Teams user's, so nodes that
// see the person at the same time, and a node that goes on after a crash, make the same one. It never has the person's e-mail
// address, so no account that exists on the server is mistaken for it. When the person connects an account, the mirrored user
// is deactivated; what it wrote stays.
//
// People of other organisations, guests of the tenant or not, are mirrored where the setting syncGuestUsers says so. Who has
// no account at all (applications, somebody on the phone) is left to the plugin's bot.
package people
