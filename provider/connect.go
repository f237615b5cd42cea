// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// connect builds the clients that the settings allow. Nothing is sent before a resource needs it.
func connect(s settings, userAgent string, diags *diag.Diagnostics) *clients {
	c := &clients{
		tenantID: s.tenantID, subscriptionID: s.subscriptionID, cloud: s.cloud,
		policy:       consistency.Policy{Timeout: s.timeout},
		azureUnknown: s.azureUnknown, mattermostUnknown: s.mattermostUnknown,
	}
	roots, err := trusted(s.caCertificates)
	if err != nil {
		diags.AddAttributeError(path.Root("ca_certificates"), "Certificates cannot be read", err.Error())
		return c
	}
	if len(s.azureUnknown) == 0 {
		c.connectAzure(s, roots, userAgent, diags)
	}
	if len(s.mattermostUnknown) == 0 && s.mattermostURL != "" && (s.token != "" || s.loginID != "") {
		c.mattermost, err = mattermost.Connect(mattermost.Config{
			URL: s.mattermostURL, Token: s.token, LoginID: s.loginID, Password: s.password, RootCAs: roots, UserAgent: userAgent, Policy: c.policy,
		})
		if err != nil {
			diags.AddAttributeError(path.Root("mattermost"), "Mattermost cannot be used", err.Error())
		}
	}
	return c
}

func (c *clients) connectAzure(s settings, roots *x509.CertPool, userAgent string, diags *diag.Diagnostics) {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 2 * time.Minute, IdleConnTimeout: 90 * time.Second,
	}
	credential, err := entra.Login{
		TenantID: s.tenantID, ClientID: s.clientID, LoginURL: s.cloud.LoginURL, Custom: s.customCloud,
		ClientSecret: s.clientSecret, Certificate: s.certificate, CertificatePassword: s.certificatePassword,
		OIDCToken: s.oidcToken, OIDCTokenFile: s.oidcTokenFile, OIDCRequestURL: s.oidcRequestURL, OIDCRequestToken: s.oidcRequestToken,
		UseCLI: s.useCLI, Base: transport, Policy: c.policy,
	}.Credential()
	if errors.Is(err, entra.ErrNoCredential) {
		return
	}
	if err != nil {
		diags.AddError("Azure credentials cannot be used", err.Error())
		return
	}
	c.entra, err = entra.New(entra.Config{
		TenantID: s.tenantID, Credential: credential, LoginURL: s.cloud.LoginURL, GraphURL: s.cloud.GraphURL,
		Base: transport, Policy: c.policy, UserAgent: userAgent,
	})
	if err != nil {
		diags.AddError("Microsoft Graph cannot be used", err.Error())
		return
	}
	c.billing, err = billing.New(billing.Config{
		Credential: credential, Endpoint: s.cloud.ResourceManagerURL, Audience: s.cloud.ResourceManagerAud, Base: transport, Policy: c.policy,
	})
	if err != nil {
		diags.AddError("Azure Resource Manager cannot be used", err.Error())
	}
}

// trusted returns the system's certificates and the given ones; nil = the system's alone.
func trusted(pem []byte) (*x509.CertPool, error) {
	if len(pem) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("ca_certificates holds no PEM certificate; it must look like -----BEGIN CERTIFICATE-----")
	}
	return pool, nil
}
