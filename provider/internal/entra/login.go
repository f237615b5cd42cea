// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// Login says who logs in and how. The first way that is filled in is used: secret, certificate, federated token, CLI.
type Login struct {
	TenantID, ClientID string
	LoginURL           string // authority host, https
	Custom             bool   // the addresses are not Microsoft's: Microsoft is not asked whether they are genuine

	ClientSecret        string
	Certificate         []byte // PEM (certificate and key) or PKCS#12
	CertificatePassword string
	OIDCToken           string
	OIDCTokenFile       string // read each time, because it is renewed while Terraform runs
	OIDCRequestURL      string // where a CI system hands out tokens; GitHub's ACTIONS_ID_TOKEN_REQUEST_URL
	OIDCRequestToken    string
	UseCLI              bool

	Base   http.RoundTripper // nil = http.DefaultTransport
	Policy consistency.Policy
}

// ErrNoCredential says that no way to log in is filled in.
var ErrNoCredential = errors.New("no credential")

// Credential returns the credential that the fields describe. It makes no request.
func (l Login) Credential() (azcore.TokenCredential, error) {
	base := l.Base
	if base == nil {
		base = http.DefaultTransport
	}
	options := azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: l.LoginURL},
		Transport: &http.Client{Transport: &consistency.Transport{Base: base, Policy: l.Policy, ReplayPost: true}},
		Retry:     policy.RetryOptions{MaxRetries: -1}, // the transport repeats
	}
	switch {
	case l.ClientSecret != "":
		if err := l.need("client_secret"); err != nil {
			return nil, err
		}
		return azidentity.NewClientSecretCredential(l.TenantID, l.ClientID, l.ClientSecret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: l.Custom})
	case len(l.Certificate) > 0:
		if err := l.need("client_certificate"); err != nil {
			return nil, err
		}
		certificates, key, err := azidentity.ParseCertificates(l.Certificate, []byte(l.CertificatePassword))
		if err != nil {
			return nil, fmt.Errorf("the client certificate cannot be read; it must hold a certificate and its private key, and client_certificate_password if the key is encrypted (PKCS#12): %w", err)
		}
		return azidentity.NewClientCertificateCredential(l.TenantID, l.ClientID, certificates, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: l.Custom})
	case l.OIDCToken != "" || l.OIDCTokenFile != "" || l.OIDCRequestURL != "":
		if err := l.need("a federated token"); err != nil {
			return nil, err
		}
		return azidentity.NewClientAssertionCredential(l.TenantID, l.ClientID, l.assertion,
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: l.Custom})
	case l.UseCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: l.TenantID})
	}
	return nil, ErrNoCredential
}

func (l Login) need(way string) error {
	if l.TenantID == "" || l.ClientID == "" {
		return fmt.Errorf("%s is given, but tenant_id or client_id is missing", way)
	}
	return nil
}

// assertion returns the federated token to log in with.
func (l Login) assertion(ctx context.Context) (string, error) {
	switch {
	case l.OIDCToken != "":
		return l.OIDCToken, nil
	case l.OIDCTokenFile != "":
		token, err := os.ReadFile(l.OIDCTokenFile)
		if err != nil {
			return "", fmt.Errorf("reading the federated token: %w", err)
		}
		return strings.TrimSpace(string(token)), nil
	}
	return l.requestAssertion(ctx)
}

// requestAssertion asks the CI system for a token, in the protocol of GitHub Actions (GitHub docs, "OpenID Connect").
func (l Login) requestAssertion(ctx context.Context) (string, error) {
	address, err := url.Parse(l.OIDCRequestURL)
	if err != nil {
		return "", fmt.Errorf("the address for federated tokens is not a URL: %w", err)
	}
	query := address.Query()
	query.Set("audience", "api://AzureADTokenExchange")
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return "", fmt.Errorf("asking for a federated token: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+l.OIDCRequestToken)
	base := l.Base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := (&http.Client{Transport: &consistency.Transport{Base: base, Policy: l.Policy}}).Do(request)
	if err != nil {
		return "", fmt.Errorf("asking for a federated token: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("asking for a federated token: %w", err)
	}
	var answer struct{ Value string }
	if response.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil || answer.Value == "" {
		return "", fmt.Errorf("asking %s for a federated token: HTTP %d without a token; in GitHub Actions the job needs permissions: id-token: write", address.Host, response.StatusCode)
	}
	return answer.Value, nil
}
