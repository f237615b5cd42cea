// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package arm is the Azure Resource Manager half of the emulator: the billing accounts of metered Microsoft Graph APIs
// (Microsoft.GraphServices/accounts), the resource groups they live in, the registration of resource providers, and the
// metadata document by which clients find the addresses of a cloud.
package arm
