// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// issuerKeys knows the signing keys of federated identity providers.
type issuerKeys struct {
	mu         sync.Mutex
	registered map[string]map[string]*rsa.PublicKey // issuer, key id
	client     *http.Client
}

func newIssuerKeys() *issuerKeys {
	return &issuerKeys{registered: map[string]map[string]*rsa.PublicKey{}, client: loopbackClient(nil)}
}

// TrustIssuers lets the discovery documents of loopback issuers be served with certificates of these authorities.
func (s *Server) TrustIssuers(roots *x509.CertPool) { s.issuers.client = loopbackClient(roots) }

// loopbackClient reaches this machine only: the emulator asks nobody else.
func loopbackClient(roots *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
				return nil, fmt.Errorf("the emulator fetches keys from loopback addresses only, not from %s; register the issuer's keys instead", host)
			}
			return dialer.DialContext(ctx, network, address)
		},
	}}
}

func (k *issuerKeys) register(issuer string, keys map[string]*rsa.PublicKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.registered[issuer] = keys
}

func (k *issuerKeys) key(ctx context.Context, issuer, kid string) (*rsa.PublicKey, error) {
	k.mu.Lock()
	keys, known := k.registered[issuer]
	k.mu.Unlock()
	if !known {
		var err error
		if keys, err = k.fetch(ctx, issuer); err != nil {
			return nil, err
		}
	}
	if key := keys[kid]; key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("issuer %s has no key with the id %q", issuer, kid)
}

// fetch reads an issuer's discovery document and then its keys.
func (k *issuerKeys) fetch(ctx context.Context, issuer string) (map[string]*rsa.PublicKey, error) {
	raw, err := k.get(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	var discovery struct {
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(raw, &discovery); err != nil || discovery.JWKSURI == "" {
		return nil, fmt.Errorf("the discovery document of %s names no jwks_uri", issuer)
	}
	if raw, err = k.get(ctx, discovery.JWKSURI); err != nil {
		return nil, err
	}
	return parseKeys(raw)
}

func (k *issuerKeys) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", address, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, 1<<20))
}

// parseKeys reads the RSA keys of a JSON Web Key Set.
func parseKeys(jwks []byte) (map[string]*rsa.PublicKey, error) {
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	keys := map[string]*rsa.PublicKey{}
	for _, each := range set.Keys {
		if each.Kty != "RSA" {
			continue
		}
		n, errN := base64.RawURLEncoding.DecodeString(strings.TrimRight(each.N, "="))
		e, errE := base64.RawURLEncoding.DecodeString(strings.TrimRight(each.E, "="))
		if err := errors.Join(errN, errE); err != nil {
			return nil, fmt.Errorf("read key %s: %w", each.Kid, err)
		}
		keys[each.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set holds no RSA key")
	}
	return keys, nil
}
