// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Attach uses a server that runs already, as the system admin whose token it is. caPEM is what to trust besides the
// system's authorities. Such a server is neither started nor stopped nor restarted here; Dir is empty.
func Attach(ctx context.Context, url, token string, caPEM []byte) (*Server, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(caPEM)
	s := &Server{AdminToken: token, options: Options{CAPEM: caPEM}, client: newHTTPClient(roots)}
	s.URL = strings.TrimRight(url, "/")
	c := s.Client()
	me, _, err := c.GetMe(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("use the Mattermost server at %s with the token in MM_TOKEN: %w", url, err)
	}
	if !me.IsSystemAdmin() {
		return nil, fmt.Errorf("MM_TOKEN belongs to @%s, who is no system admin of %s: make a personal access token as a system admin", me.Username, url)
	}
	s.AdminUser, s.adminID = me.Username, me.Id
	config, _, err := c.GetConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", url, err)
	}
	if site := model.SafeDereference(config.ServiceSettings.SiteURL); strings.TrimRight(site, "/") != s.URL {
		return nil, fmt.Errorf("MM_URL is %s, but the server's Site URL is %q: set MM_URL to the Site URL, which must be https", s.URL, site)
	}
	return s, nil
}

func newHTTPClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true},
		Timeout:   time.Minute,
	}
}
