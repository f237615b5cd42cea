// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// AccessToken is a token of the identity that the client logs in as. It prints without its text.
type AccessToken struct {
	Text    string
	Expires time.Time
}

// String leaves the token out.
func (t AccessToken) String() string {
	return "access token until " + t.Expires.UTC().Format(time.RFC3339)
}

// GoString is String.
func (t AccessToken) GoString() string { return t.String() }

// AccessToken logs in for a scope, e.g. https://graph.microsoft.com/.default; an empty one is Microsoft Graph's.
func (c *Client) AccessToken(ctx context.Context, scope string) (AccessToken, error) {
	if scope == "" {
		scope = c.scope
	}
	token, err := c.identity.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		return AccessToken{}, newLoginError(err)
	}
	return AccessToken{Text: token.Token, Expires: token.ExpiresOn}, nil
}
