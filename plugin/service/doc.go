// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package service puts the plugin's rooms together and keeps them together: it opens the store, builds what works on it,
// follows the settings while it runs, and says how everything is.
//
// Settings that cannot be used never stop what runs with the last good ones; those that name another tenant, application,
// secret or cloud are used when Microsoft has accepted them (candidate.go). What a plugin with this one's id left is taken
// over before the work begins. A database that cannot be reached never stops the plugin: it is tried again, and the status
// says so.
package service
