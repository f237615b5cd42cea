// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package takeover brings over what the plugin left that had this plugin's id before: its links, connected accounts and
// bots, subscriptions, whitelist, and which post is which Teams message. It happens once, before the first message is
// carried. The predecessor's tables are only read, so that it can be installed again.
//
//	Pending          a predecessor is there and nothing was taken yet: notifications are refused, so that Graph repeats them
//	BeginTakeOver    one transaction: links, accounts, subscriptions, whitelist, and that it was done
//	TakeMessages     a page of mappings with how far it came, one transaction each; goes on where another node died
//
// What cannot be taken is counted with its reason, in the log and in the plugin's status.
package takeover
