// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package browser tests the web app half as people use it: Chromium, the real Mattermost server and plugin, and the
// emulator's log-in pages. Its tests start the servers and run the specs, which are JavaScript; README.md has more.
package browser
