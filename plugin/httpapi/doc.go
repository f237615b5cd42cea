// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package httpapi is everything the plugin serves under /plugins/com.mattermost.msteams-sync: the set-up guide's routes
// and the REST interface /api/v1 for the web app, the Terraform provider and scripts.
//
// routes.go is the table of routes with who may call each; openapi.yaml describes them. Tests compare the two and try
// every route as every kind of caller.
//
// Who calls is what Mattermost says: it checks the session, and for cookie sessions on anything but GET the CSRF token,
// before it sets the header Mattermost-User-Id, and removes that header otherwise. GET routes therefore change nothing
// that matters to anybody but the caller.
package httpapi
