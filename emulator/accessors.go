// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// URL is the address of everything, e.g. https://127.0.0.1:8443: log-in authority, Graph and Azure Resource Manager.
func (s *Server) URL() string { return "https://" + s.tlsListener.Addr().String() }

// HTTPURL is the plain-http address, "" without one.
func (s *Server) HTTPURL() string {
	if s.httpListener == nil {
		return ""
	}
	return "http://" + s.httpListener.Addr().String()
}

// CAPEM is the certificate of the emulator's authority.
func (s *Server) CAPEM() []byte { return s.authority.PEM() }

// WriteCA writes the authority's certificate to a file, for SSL_CERT_FILE and the like.
func (s *Server) WriteCA(path string) error {
	if err := os.WriteFile(path, s.CAPEM(), 0o644); err != nil { // a certificate is public
		return fmt.Errorf("write the CA certificate: %w", err)
	}
	return nil
}

// IssueCertificate makes a server certificate of the emulator's authority, for servers that run beside it.
func (s *Server) IssueCertificate(hosts ...string) (certPEM, keyPEM []byte, err error) {
	return s.authority.Issue(hosts...)
}

// HTTPClient trusts the emulator's authority, and nobody else's certificates.
func (s *Server) HTTPClient() *http.Client { return s.client }

// RootCAs is a pool that trusts the emulator's authority alone.
func (s *Server) RootCAs() *x509.CertPool { return s.authority.Pool() }

// Requests returns the recorded requests, oldest first.
func (s *Server) Requests() []requestlog.Entry { return s.requests.Requests() }

// RequestLog is the log itself: counts, reset.
func (s *Server) RequestLog() *requestlog.Log { return s.requests }

// Directory is the state of Entra ID.
func (s *Server) Directory() *directory.State { return s.directory }

// Entra is the sign-in half: it revokes tokens and knows federated issuers.
func (s *Server) Entra() *entra.Server { return s.entra }

// Azure is the state of Azure.
func (s *Server) Azure() *arm.State { return s.azure }

// Teams is the state of Microsoft Teams.
func (s *Server) Teams() *teams.State { return s.teams }

// Drives are OneDrive and SharePoint.
func (s *Server) Drives() *drives.State { return s.drives }

// Subscriptions are the change notification subscriptions.
func (s *Server) Subscriptions() *notify.Subscriptions { return s.subs }

// Faults are the faults in force.
func (s *Server) Faults() *faults.Faults { return s.faults }

// Limits are Graph's request limits.
func (s *Server) Limits() *faults.Limits { return s.limits }

// Clock is the emulator's time.
func (s *Server) Clock() *clock.Clock { return s.clock }
