// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package directoryapi puts the directory behind the routes of Graph v1.0 and beta: applications, service principals,
// consent, users, licences, the organisation and deleted objects.
package directoryapi
