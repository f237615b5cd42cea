// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package postgres runs a private PostgreSQL server on a free loopback port for tests and the demo: from the binaries
// of this machine, in a temporary directory, as an unprivileged user when we are root (initdb and postgres refuse
// root). Its data is gone when it is closed.
package postgres
