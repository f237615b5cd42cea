// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import "github.com/mattermost/mattermost/server/public/model"

// Registration describes the command to the server.
func Registration() *model.Command {
	root := model.NewAutocompleteData(Trigger, "[command]", "Microsoft Teams: connect, disconnect, link, unlink, show, status")
	for _, s := range subcommands() {
		sub := model.NewAutocompleteData(s.name, s.hint, s.help)
		for _, arg := range s.args {
			sub.AddTextArgument(arg, s.hint, "")
		}
		if s.admin {
			sub.RoleID = model.SystemAdminRoleId
		}
		root.AddCommand(sub)
	}
	return &model.Command{
		Trigger: Trigger, DisplayName: "MS Teams Sync", Description: "Microsoft Teams and this server", AutoComplete: true,
		AutoCompleteDesc: "Microsoft Teams: connect, link, status", AutoCompleteHint: "[command]", AutocompleteData: root,
	}
}
