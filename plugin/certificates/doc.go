// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package certificates makes and keeps the certificates with which the application logs in at Entra in the place of a
// client secret. The private key is made here, is kept sealed in the database, from which every node takes it, and is
// never given out.
package certificates
