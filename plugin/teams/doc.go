// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package teams is Microsoft Graph as the bridge and the accounts need it, over net/http: messages, subscriptions,
// teams, channels and who somebody is, as the application or as a person.
//
// There is one constructor for a client (New), one place that sends requests (request.go) and one that says what an
// answer means (failure.go). A POST is made exactly once: neither this package nor the transport below it repeats one.
// GET, PATCH and DELETE are repeated on 429, 5xx and broken connections.
package teams
