// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// SiteURLKey stands for the server's own setting among the missing keys and the problems.
const SiteURLKey = "ServiceSettings.SiteURL"

// clientSecretKey is the setting that a certificate makes dispensable.
const clientSecretKey = "clientSecret"

// MinEncryptionKey is the shortest encryption key, in characters: what the System Console generates.
const MinEncryptionKey = 32

var domainName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)

// check says what is missing, what is wrong, and fills in what follows.
func (r *Reading) check(siteURL string) {
	s := &r.Settings
	for _, required := range []struct{ key, value string }{
		{"tenantId", s.TenantID}, {"clientId", s.ClientID}, {clientSecretKey, s.ClientSecret}, {"encryptionKey", s.EncryptionKey}, {SiteURLKey, strings.TrimSpace(siteURL)},
	} {
		if required.value == "" {
			r.Missing = append(r.Missing, required.key)
		}
	}
	if s.TenantID != "" && uuid.Validate(s.TenantID) != nil && !domainName.MatchString(s.TenantID) {
		r.problem("tenantId", "%q is neither a directory (tenant) id nor a domain name of the tenant; copy the Directory (tenant) ID from the app registration's overview", s.TenantID)
	}
	if s.ClientID != "" && uuid.Validate(s.ClientID) != nil {
		r.problem("clientId", "%q is not an application (client) id; copy the Application (client) ID from the app registration's overview", s.ClientID)
	}
	if s.EncryptionKey != "" && len(s.EncryptionKey) < MinEncryptionKey {
		r.problem("encryptionKey", "has %d characters, at least %d are needed; generate it in the System Console or let Terraform's msteamssync_plugin write it", len(s.EncryptionKey), MinEncryptionKey)
	}
	if s.ClientSecretExpiresAt != "" && s.SecretExpiry().IsZero() {
		r.problem("clientSecretExpiresAt", "%q is not a time like %s", s.ClientSecretExpiresAt, time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC).Format(time.RFC3339))
	}
	for _, number := range []struct {
		key        string
		value, min int
	}{
		{"syncUsers", s.SyncUsersMinutes, 0}, {"promptIntervalForDMsAndGMs", s.PromptIntervalHours, 0}, {"maxSizeForCompleteDownload", s.MaxDownloadMB, 0},
		{"bufferSizeForFileStreaming", s.StreamBufferMB, 1}, {"connectedUsersAllowed", s.ConnectedUsersAllowed, 0}, {"connectedUsersMaxPendingInvites", s.MaxPendingInvites, 0}, {"tenantSubscriptionFrom", s.TenantSubscriptionFrom, 0},
	} {
		if number.value < number.min {
			r.problem(number.key, "must be at least %d, it is %d", number.min, number.value)
		}
	}
	r.checkAddresses()
	r.checkCertificates()
	if strings.TrimSpace(siteURL) != "" {
		site, err := catalog.NormalizeSiteURL(siteURL)
		if err != nil {
			r.problem(SiteURLKey, "%v", err)
		}
		s.SiteURL = site
	}
}

func (r *Reading) checkAddresses() {
	s := &r.Settings
	if s.Cloud != catalog.CustomCloud {
		s.Addresses, _ = catalog.CloudByName(s.Cloud) // an unknown name is a problem already: the manifest lists the options
		return
	}
	for _, address := range []struct {
		key, value string
		to         *string
	}{{"loginUrl", s.LoginURL, &s.Addresses.LoginURL}, {"graphUrl", s.GraphURL, &s.Addresses.GraphURL}} {
		if address.value == "" {
			r.Missing = append(r.Missing, address.key)
			continue
		}
		if err := checkAddress(address.value); err != nil {
			r.problem(address.key, "%v", err)
			continue
		}
		*address.to = strings.TrimRight(address.value, "/")
	}
}

// checkAddress wants https, except on this very machine: client secrets and tokens travel over it.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%q is not an address like https://login.example.com", address)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q must not hold a user name, a query or a fragment", address)
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return fmt.Errorf("%q must start with https://, because secrets travel over it", address)
	}
	return nil
}

func (r *Reading) checkCertificates() {
	s := &r.Settings
	if s.CACertificates != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM([]byte(s.CACertificates)) {
			r.problem("caCertificates", "holds no certificate; give one or more blocks that begin with -----BEGIN CERTIFICATE-----")
		} else {
			s.Trusted = pool
		}
	}
	if s.CertificatePublic == "" && s.CertificateKey == "" {
		return
	}
	if s.CertificatePublic == "" || s.CertificateKey == "" {
		r.problem("certificateKey", "certificatePublic and certificateKey belong together: give both or neither")
		return
	}
	key, err := notification.ReadKey(s.CertificatePublic, s.CertificateKey)
	if bad, ok := errors.AsType[*notification.CertificateError](err); ok {
		r.problem("certificatePublic", "%s", bad.Problem)
	}
	if bad, ok := errors.AsType[*notification.PrivateKeyError](err); ok {
		r.problem("certificateKey", "%s", bad.Problem)
	}
	s.Certificate = key
}
