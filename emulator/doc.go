// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package emulator is a Microsoft cloud in one process: Entra ID, Microsoft Graph (directory, Teams, change
// notifications) and Azure Resource Manager, with state and rules of their own. The demo and the tests run on it, and
// anyone who develops against Graph can. README.md says what it does and how it differs from the real thing.
//
// A test starts one with Start:
//
//	cloud := emulator.Start(t)
//	client := cloud.HTTPClient() // trusts the emulator's certificate authority
//	response, err := client.Get(cloud.URL() + "/common/v2.0/.well-known/openid-configuration")
package emulator
