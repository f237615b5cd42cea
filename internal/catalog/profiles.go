// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"slices"
	"strings"
)

// Profile is a set of permissions that makes something work. A profile names the least permissions that open the calls
// of its feature; a test holds it to that. Profiles add up: a bridge of channels with files needs the union of both.
type Profile struct {
	Name        string
	Enables     string   // what works with it, a full sentence
	Delegated   []string // names of scopes, sorted
	Application []string // names of app roles, sorted
}

// GuideProfile is the name of the set-up guide's set, which is the default everywhere.
const GuideProfile = "guide"

// Profiles returns all profiles, the guide's first.
func Profiles() []Profile {
	return []Profile{
		{
			Name:      GuideProfile,
			Enables:   "Everything that the set-up guide promises: linked channels, chats, files and users, with the guide's 13 delegated and 7 application permissions.",
			Delegated: Guide(Delegated), Application: Guide(Application),
		},
		{
			Name:        "channels",
			Enables:     "Messages, replies, edits, deletions, reactions and inline images of linked channels, in both directions, and accounts can be connected.",
			Delegated:   []string{"Channel.ReadBasic.All", "ChannelMessage.Read.All", "ChannelMessage.ReadWrite", "ChannelMessage.Send", "Team.ReadBasic.All", "User.Read", "offline_access"},
			Application: []string{"Channel.ReadBasic.All", "ChannelMessage.Read.All", "Team.ReadBasic.All"},
		},
		{
			Name:        "chats",
			Enables:     "Messages, edits, deletions, reactions and inline images of one-to-one and group chats, in both directions, and accounts can be connected.",
			Delegated:   []string{"Chat.ReadWrite", "User.Read", "offline_access"},
			Application: []string{"Chat.Read.All"},
		},
		{
			Name:        "files",
			Enables:     "File attachments in both directions, in addition to channels or chats.",
			Delegated:   []string{"Files.ReadWrite.All"},
			Application: []string{"Files.Read.All"},
		},
		{
			Name:        "users",
			Enables:     "Users of the tenant are mirrored with their photos and mapped to accounts, in addition to channels or chats.",
			Application: []string{"User.Read.All"},
		},
		{
			Name: "provisioner",
			Enables: "The identity that runs Terraform can register and change applications that it owns, consent for them, make the bot account and give it a licence. " +
				"An application that somebody else registered needs Application.ReadWrite.All instead of Application.ReadWrite.OwnedBy, or that identity among its owners.",
			Application: []string{
				"AppRoleAssignment.ReadWrite.All", "Application.Read.All", "Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All",
				"LicenseAssignment.Read.All", "User.ReadWrite.All",
			},
		},
	}
}

// ProfileByName finds a profile; names compare without case.
func ProfileByName(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Profile{}, false
}

// ProfileNames returns the names of all profiles, the guide's first.
func ProfileNames() []string {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// Names returns the profile's permissions of one kind.
func (p Profile) Names(kind Kind) []string {
	if kind == Application {
		return slices.Clone(p.Application)
	}
	return slices.Clone(p.Delegated)
}
