// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package entra is the sign-in half of the emulated Entra ID: OpenID Connect discovery, the log-in and consent pages,
// the token endpoint and the check of access tokens that Graph and Azure Resource Manager make. It signs in the users
// and applications of package directory.
//
// Grants: authorization_code with PKCE, refresh_token, client_credentials with a secret, a certificate or a federated
// assertion. Errors are Entra's: an OAuth error with an AADSTS code.
package entra
