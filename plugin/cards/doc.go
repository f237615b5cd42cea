// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package cards says in words what the cards of Teams messages show: those of bots, connectors and Teams' own apps, quotes
// of other messages, and what can only be opened in Teams. Its functions are pure. They read a card's JSON by its
// structure, give HTML as a person could have written it into a message, and leave nothing out without a word: an element
// that is not known is shown by its text.
package cards
