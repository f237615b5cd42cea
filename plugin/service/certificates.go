// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// reopenCertificates opens the private keys with another encryption key.
func (s *Service) reopenCertificates(r *rooms) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	if err := r.certificates.Read(ctx); err != nil {
		s.log.Warn("could not read the certificates; those known so far stay in use", "error", err)
	}
}

// certificatesChanged looks at the settings again, of which a certificate makes one dispensable, and uses the credentials
// once, so that the status knows whether they are right before anybody needs them.
func (s *Service) certificatesChanged() {
	before := s.used.Load()
	if err := s.Reload(); err != nil {
		s.log.Warn("could not read the settings again", "error", err)
	}
	if after := s.used.Load(); after != nil && after == before {
		s.checkCredentials(after.graph)
	}
}

func (s *Service) usableCertificates() []teams.Certificate {
	if r := s.rooms.Load(); r != nil {
		return r.certificates.Usable()
	}
	return nil
}

func (s *Service) certificateAccepted(id string) {
	if r := s.rooms.Load(); r != nil {
		r.certificates.Accepted(id)
	}
}

// certificateExpiry is of the newest certificate with which the application can log in; nil when there is none.
func (r *rooms) certificateExpiry() *time.Time {
	usable := r.certificates.Usable()
	if len(usable) == 0 {
		return nil
	}
	parsed, err := x509.ParseCertificate(usable[0].DER)
	if err != nil {
		return nil
	}
	expiry := parsed.NotAfter.UTC()
	return &expiry
}
