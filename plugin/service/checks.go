// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
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
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	address := catalog.PluginURL(u.settings.SiteURL, catalog.RouteChanges)
	if err := intake.Reach(ctx, client, address); err != nil {
		return httpapi.Check{Code: "unreachable", Detail: fmt.Sprintf("%v. Microsoft Graph needs that address to be reachable from the Internet by POST without a log-in, over https with a certificate that it trusts.", err)}
	}
	return httpapi.Check{OK: true, Detail: address + " answers as Microsoft Graph demands."}
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

func notConfigured(err error) httpapi.Check {
	return httpapi.Check{Code: string(NotConfigured), Detail: err.Error()}
}
