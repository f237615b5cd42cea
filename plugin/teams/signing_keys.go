// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// It knows what the tenant's tokens are signed with.
var _ notification.Authority = (*Client)(nil)

// maxDiscovery bounds a discovery document or key set; real ones have some 10 KB.
const maxDiscovery = 1 << 20

// SigningKeys fetches the keys of both versions of the tenant's tokens, over the tenant's discovery documents (Entra docs,
// "OpenID Connect on the Microsoft identity platform").
func (c *Client) SigningKeys(ctx context.Context) (notification.SigningKeys, error) {
	signing := notification.SigningKeys{Keys: map[string]*rsa.PublicKey{}}
	for _, version := range []string{"", "/v2.0"} {
		var discovery struct {
			Issuer string `json:"issuer"`
			Keys   string `json:"jwks_uri"`
		}
		if err := c.discover(ctx, c.config.LoginURL+"/"+c.config.TenantID+version+"/.well-known/openid-configuration", &discovery); err != nil {
			return notification.SigningKeys{}, err
		}
		if discovery.Issuer == "" || !sameScheme(discovery.Keys, c.config.LoginURL) {
			return notification.SigningKeys{}, errors.New("get the tenant's signing keys: the discovery document names no issuer or no safe address of its keys")
		}
		var set struct{ Keys []webKey }
		if err := c.discover(ctx, discovery.Keys, &set); err != nil {
			return notification.SigningKeys{}, err
		}
		signing.Issuers = append(signing.Issuers, discovery.Issuer)
		for _, key := range set.Keys {
			if public := key.public(); public != nil {
				signing.Keys[key.ID] = public
			}
		}
	}
	if len(signing.Keys) == 0 {
		return notification.SigningKeys{}, errors.New("get the tenant's signing keys: the key sets hold no RSA key")
	}
	return signing, nil
}

// sameScheme keeps keys from being fetched less safely than the document that names them.
func sameScheme(address, as string) bool {
	scheme, _, found := strings.Cut(as, "://")
	return found && strings.HasPrefix(address, scheme+"://")
}

// webKey is a key of a JSON Web Key Set (RFC 7517). Entra names the issuer of keys that are not for everybody.
type webKey struct {
	ID     string `json:"kid"`
	Type   string `json:"kty"`
	Use    string `json:"use"`
	Issuer string `json:"issuer"`
	N      string `json:"n"`
	E      string `json:"e"`
}

// personalAccounts is the tenant of Microsoft's personal accounts, whose keys say nothing about ours.
const personalAccounts = "9188040d-6c67-4c5b-b112-36a304b66dad"

// public returns the key if it is one for signatures in an organization's tenant.
func (k webKey) public() *rsa.PublicKey {
	if k.Type != "RSA" || k.ID == "" || k.Use != "" && k.Use != "sig" || strings.Contains(k.Issuer, personalAccounts) {
		return nil
	}
	n, errN := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.N, "="))
	e, errE := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.E, "="))
	if errN != nil || errE != nil || len(n) < 256 || len(e) == 0 || len(e) > 4 {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
}

func (c *Client) discover(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("get the tenant's signing keys: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("get the tenant's signing keys: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get the tenant's signing keys: GET %s answered %s", address, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxDiscovery)).Decode(into); err != nil {
		return fmt.Errorf("get the tenant's signing keys: read %s: %w", address, err)
	}
	return nil
}
