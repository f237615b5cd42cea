// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// routeCertificates is the plugin's route for certificates, for system admins.
const routeCertificates = "/api/v1/certificates"

// Certificate is one with which the plugin logs in at Entra. Its private key never leaves the plugin.
type Certificate struct {
	ID         string    `json:"id"`
	PEM        string    `json:"certificate_pem"`
	Thumbprint string    `json:"thumbprint"` // SHA-1, upper-case hex
	Subject    string    `json:"subject"`
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	Usable     bool      `json:"usable"` // the plugin can read its private key
}

// readyWait bounds how long a call waits for a plugin that was installed or configured a moment ago.
const readyWait = 30 * time.Second

// Certificates lists them, newest first. The error is ErrPluginDown when the plugin does not answer.
func (s *Server) Certificates(ctx context.Context) ([]Certificate, error) {
	var answer struct {
		Certificates []Certificate `json:"certificates"`
	}
	err := s.callPlugin(ctx, "list the plugin's certificates", http.MethodGet, routeCertificates, nil, &answer)
	return answer.Certificates, err
}

// CreateCertificate lets the plugin make a key and a self-signed certificate. A plugin that is not ready yet is given time.
func (s *Server) CreateCertificate(ctx context.Context, subject string, validFor time.Duration) (Certificate, error) {
	request := map[string]any{"subject": subject, "valid_for_seconds": int64(validFor.Seconds())}
	var made Certificate
	patience := s.policy
	patience.Timeout = min(readyWait, s.policy.Limit())
	err := patience.Retry(ctx, isNotReady, func(ctx context.Context) error {
		return s.callPlugin(ctx, "make a certificate", http.MethodPost, routeCertificates, request, &made)
	})
	return made, err
}

// DeleteCertificate deletes one with its private key. A missing one is no error.
func (s *Server) DeleteCertificate(ctx context.Context, id string) error {
	err := s.callPlugin(ctx, "delete a certificate", http.MethodDelete, routeCertificates+"/"+id, nil, nil)
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusNotFound {
		return nil
	}
	return err
}

// isNotReady tells that the plugin still starts.
func isNotReady(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return errors.Is(err, ErrPluginDown) || ok && e.Status == http.StatusServiceUnavailable
}
