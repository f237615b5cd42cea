// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/jobs"
)

// handshakeTimeout is what Graph grants the handshake.
const handshakeTimeout = 10 * time.Second

// checkTimeout bounds a token request that somebody waits for.
const checkTimeout = 30 * time.Second

// checks implements httpapi.Checks.
type checks struct{ service *Service }

var _ httpapi.Checks = checks{}

// Webhook calls the address that subscriptions name, by way of everything that stands before the server. It proves no more
// than that this machine gets through; Microsoft's may not.
func (c checks) Webhook(ctx context.Context) httpapi.Check {
	u, err := c.service.current()
	if err != nil {
		return notConfigured(err)
	}
	trusted := u.settings.Trusted
	if candidate := c.service.candidate.Load(); candidate != nil {
		trusted = candidate.settings.Trusted // what is asked about are the settings as they are stored
	}
	address := catalog.PluginURL(u.settings.SiteURL, catalog.RouteChanges)
	if err := reach(ctx, trusted, address); err != nil {
		return httpapi.Check{Code: "unreachable", Detail: fmt.Sprintf("%v. Microsoft Graph needs that address to be reachable from the Internet by POST without a log-in, over https with a certificate that it trusts.", err)}
	}
	return httpapi.Check{OK: true, Detail: address + " answers as Microsoft Graph demands."}
}

// reachSelf is Webhook for the jobs, with the settings in use.
func (s *Service) reachSelf(ctx context.Context) error {
	u, err := s.current()
	if err != nil || u.settings.SiteURL == "" {
		return jobs.ErrNotChecked
	}
	return reach(ctx, u.settings.Trusted, catalog.PluginURL(u.settings.SiteURL, catalog.RouteChanges))
}

func reach(ctx context.Context, trusted *x509.CertPool, address string) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return intake.Reach(ctx, client, address)
}

// Credentials asks for a token although there may be a valid one.
func (c checks) Credentials(ctx context.Context) httpapi.Check {
	u, err := c.service.current()
	if err != nil {
		return notConfigured(err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if candidate := c.service.candidate.Load(); candidate != nil {
		err = c.service.tryCandidate(ctx, candidate)
	} else {
		err = u.graph.CheckCredentials(ctx)
	}
	if err == nil {
		return httpapi.Check{OK: true, Detail: "Microsoft accepts the plugin's tenant, client and secret."}
	}
	answer := httpapi.Check{Detail: fmt.Sprintf("Microsoft does not accept the plugin's tenant, client and secret, or could not be reached: %v.", err)}
	if failure, ok := errors.AsType[*bridge.Failure](err); ok {
		answer.Code = failure.Code
	}
	if answer.Code == "" {
		answer.Code = "unreachable"
	}
	return answer
}

// Consent asks Graph as whoever asks here if they have connected an account, else as a bot.
func (c checks) Consent(ctx context.Context, by bridge.UserID) httpapi.Check {
	u, err := c.service.current()
	if err != nil {
		return notConfigured(err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	as, err := c.service.whoCanLook(ctx, by)
	if err != nil {
		return httpapi.Check{Code: "unreachable", Detail: fmt.Sprintf("The connected accounts could not be read: %v.", err)}
	}
	if as == "" {
		return httpapi.Check{Code: "no_account", Detail: "It takes a connected account to look: connect a bot, or your own account. Microsoft Graph does not tell the application itself what was granted to it."}
	}
	consent, err := u.graph.Consent(ctx, as)
	if err != nil {
		check := httpapi.Check{Code: "unreachable", Detail: fmt.Sprintf("What was granted could not be read: %v.", err)}
		if failure, ok := errors.AsType[*bridge.Failure](err); ok && failure.Code != "" {
			check.Code = failure.Code
		}
		return check
	}
	if len(consent.Missing) > 0 {
		return httpapi.Check{Code: "consent_missing", Detail: "An administrator has not granted: " + strings.Join(consent.Missing, ", ") + "."}
	}
	return httpapi.Check{OK: true, Detail: fmt.Sprintf("All %d permissions are granted.", consent.Wanted)}
}

// whoCanLook returns the account as which Graph is asked; "" when there is none.
func (s *Service) whoCanLook(ctx context.Context, by bridge.UserID) (bridge.AccountID, error) {
	r := s.rooms.Load()
	if r == nil {
		return "", errors.New("there is no connection with the database")
	}
	own, ok, err := r.accounts.OfUser(ctx, by)
	if err != nil || ok {
		return own.ID, err
	}
	bots, err := r.accounts.Bots(ctx)
	if err != nil || len(bots) == 0 {
		return "", err
	}
	return bots[0].ID, nil
}

func notConfigured(err error) httpapi.Check {
	return httpapi.Check{Code: string(NotConfigured), Detail: err.Error()}
}
