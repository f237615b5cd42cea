// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Tokens hands out access tokens for one scope and keeps each until shortly before its end. Not every credential of
// azidentity keeps tokens itself: the Azure CLI's starts a process each time.
type Tokens struct {
	credential azcore.TokenCredential
	scope      string

	mu    sync.Mutex
	token azcore.AccessToken
}

// NewTokens returns tokens of the credential for one scope, e.g. https://graph.microsoft.com/.default.
func NewTokens(credential azcore.TokenCredential, scope string) *Tokens {
	return &Tokens{credential: credential, scope: scope}
}

// Token returns a token that is valid for at least another two minutes.
func (t *Tokens) Token(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Until(t.token.ExpiresOn) > 2*time.Minute {
		return t.token.Token, nil
	}
	token, err := t.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{t.scope}})
	if err != nil {
		return "", newLoginError(err)
	}
	t.token = token
	return token.Token, nil
}
