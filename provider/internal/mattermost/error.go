// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Error is a call that the server refused or that did not reach it.
type Error struct {
	Doing     string // what was being done, e.g. "upload the plugin"
	URL       string // the server
	Status    int    // HTTP status; 0 = no answer
	Code      string // Mattermost's error id, e.g. api.context.permissions.app_error
	RequestID string
	Message   string        // what the server said
	Mend      string        // what to do about it, a full sentence; may be empty
	Err       error         // the cause when there was no answer
	After     time.Duration // when trying again makes sense; 0 = not said
}

// RetryAfter is when trying again makes sense; 0 = the server does not say.
func (e *Error) RetryAfter() time.Duration { return e.After }

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "could not %s on %s: %s", e.Doing, e.URL, strings.TrimRight(e.Message, ". \n"))
	var facts []string
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Code != "" {
		facts = append(facts, e.Code)
	}
	if e.RequestID != "" {
		facts = append(facts, "request id "+e.RequestID)
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	b.WriteString(".")
	if e.Mend != "" {
		b.WriteString(" " + e.Mend)
	}
	return b.String()
}

// Unwrap gives access to the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsNotFound reports whether the server said that the thing is not there.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// IsUnanswered reports that no answer came, so that the call may have had its effect.
func IsUnanswered(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == 0 && e.Err != nil && !errors.Is(err, ErrPluginDown)
}

// failure turns what Client4 returned into an Error that says what to do.
func (s *Server) failure(doing string, status int, err error) error {
	e := &Error{Doing: doing, URL: s.cfg.URL, Status: status, Message: err.Error()}
	var answer *model.AppError
	if errors.As(err, &answer) {
		e.Code, e.RequestID, e.Message = answer.Id, answer.RequestId, answer.Message
		if answer.DetailedError != "" {
			e.Message += " " + answer.DetailedError
		}
		if answer.StatusCode != 0 {
			e.Status = answer.StatusCode
		}
	} else if e.Status != 0 {
		e.Message = "the answer is not Mattermost's; does the address lead to a Mattermost server, or to a proxy or log-in page in front of it?"
	} else {
		e.Err = err
		e.Message, e.Mend = s.unreached(err)
		return e
	}
	e.Mend = s.mend(e)
	return e
}

// unreached explains why no answer came.
func (s *Server) unreached(err error) (message, mend string) {
	var (
		unknownCA *x509.UnknownAuthorityError
		unknown   x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		noTLS     tls.RecordHeaderError
		noName    *net.DNSError
		request   *url.Error
	)
	cause := err
	if errors.As(err, &request) {
		cause = request.Err
	}
	switch {
	case errors.As(err, &unknown), errors.As(err, &unknownCA):
		return "the server's TLS certificate is signed by an authority that is not trusted here",
			"Give the authority's certificate in the provider's ca_certificates or ca_certificates_path."
	case errors.As(err, &hostname):
		return "the server's TLS certificate is for another host name: " + hostname.Error(), "Use the name that the certificate is made for."
	case errors.As(err, &invalid):
		return "the server's TLS certificate is not valid: " + invalid.Error(), "Renew the server's certificate."
	case errors.As(err, &noTLS), strings.Contains(cause.Error(), "server gave HTTP response to HTTPS client"):
		return "the server does not speak TLS on this address", "Check the scheme and the port of mattermost.url."
	case errors.As(err, &noName):
		return "the host name cannot be resolved: " + noName.Error(), "Check mattermost.url."
	default:
		return "the server cannot be reached: " + cause.Error(), "Check mattermost.url, that the server runs, and that this machine may connect to it."
	}
}

// mend says what to do about an answer.
func (s *Server) mend(e *Error) string {
	switch {
	case e.Code == "mfa.validate_token.authenticate.app_error" || e.Code == "api.context.mfa_required.app_error":
		return "The account needs multi-factor authentication: use a personal access token instead of login_id and password."
	case e.Status == http.StatusUnauthorized && s.cfg.Token != "":
		return "The token in mattermost.token is wrong, was revoked, or belongs to a deactivated user. Make a new personal access token of a system admin; personal access tokens must be allowed in System Console > Integrations."
	case e.Status == http.StatusUnauthorized:
		return "Check mattermost.login_id and mattermost.password."
	case e.Status == http.StatusForbidden:
		return "The account needs the role system admin (system_admin)."
	case e.Status == http.StatusNotImplemented && strings.Contains(e.Code, "plugin"):
		return "Plugins must be enabled (PluginSettings.Enable) and uploads allowed (PluginSettings.EnableUploads), and RequirePluginSignature must be off. The last two can be changed only in config.json or by environment variable, followed by a restart of the server."
	case e.Status == http.StatusRequestEntityTooLarge:
		return "Raise FileSettings.MaxFileSize in the server's configuration, and the limit of any proxy in front of it, above the size of the plugin bundle."
	case e.Status >= 500:
		return "The server's log says more."
	}
	return ""
}

func statusOf(response *model.Response) int {
	if response == nil {
		return 0
	}
	return response.StatusCode
}
