// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package primary

import (
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Category is where the server keeps the plugin's user settings. Names and values are those of this plugin's predecessor, so
// that what people had chosen holds.
const Category = "pp_" + catalog.PluginID

// Where somebody reads. Without a choice it is Mattermost.
const (
	platformName  = "platform"
	platformTeams = "msteams"
)

// Whether the plugin's bot may write to somebody about their messages. Without a choice it may.
const (
	notificationsName = "notifications"
	notificationsOff  = "off"
)

var (
	platform      = store.Preference{Category: Category, Name: platformName}
	notifications = store.Preference{Category: Category, Name: notificationsName}
)
