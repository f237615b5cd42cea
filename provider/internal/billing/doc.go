// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package billing is Azure Resource Manager as the provider needs it: the Microsoft.GraphServices/accounts resource that
// links an application to an Azure subscription for metered Graph APIs.
//
// Microsoft stopped metering the Teams APIs on 2025-08-25 (Graph docs, "Licenses and payment requirements for the
// Microsoft Teams API"); the resource is for set-ups that want the link anyway.
package billing
