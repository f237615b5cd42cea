// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package notification is the cryptography of change notifications: it decrypts the message that a notification carries,
// keeps the keys that can, and tells by the validation tokens of a delivery whether Microsoft sent it.
//
// A notification whose message cannot be read is no loss: the message is fetched from Graph, which also proves it. Only
// tokens that are wrong, not missing ones, have an event given up.
//
// Source: Graph docs, "Set up change notifications that include resource data".
package notification
