// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package chats finds the other side of conversations that nobody links by hand: which direct or group message shows a chat
// of Teams, and which chat shows a direct or group message. The bridge asks when the first message comes and makes a link.
//
//	one-to-one chat                      direct message of the two
//	chat with oneself                    direct message with oneself
//	group chat or meeting of 3 to 8      group message of the same people
//	one-to-one chat with somebody for    private channel, as below
//	whom nobody in Mattermost stands
//	any other group chat or meeting      private channel, in the first enabled team (by name) that all of them share;
//	                                     without such a team its people are told that it is not shown
//
// A private channel also shows a chat whose people have a group message already that shows another chat, and one with people
// who have nobody in Mattermost: guests while the setting syncGuestUsers is off, and people of other organisations. A message of
// theirs is shown by the plugin's bot with their name.
//
// A chat is carried when somebody in it has connected an account and everybody else of the tenant has somebody who stands for
// them in Mattermost (bridge.People), and when the settings say so: syncDirectMessages, syncGroupMessages, selectiveSync,
// syncRemoteOnly.
package chats
