// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package drives is OneDrive and SharePoint as Teams uses them: a library for each team with a folder for each channel, and a
// drive for each person. It knows no HTTP but that of the two kinds of addresses that need no token: uploads in ranges and
// downloads (content.go). Contents lie in files of a temporary folder, however large they are.
package drives
