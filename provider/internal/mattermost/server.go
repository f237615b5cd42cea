// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// requestTimeout bounds one request; the largest is the upload of the plugin bundle.
const requestTimeout = 5 * time.Minute

// idleTimeout is how long an unused connection is kept, shorter than common proxies do.
const idleTimeout = 30 * time.Second

// Config says which server to speak to and as whom: a personal access token of a system admin, or a log-in.
type Config struct {
	URL       string // site URL or any address that reaches the server, without /api/v4
	Token     string
	LoginID   string // user name or e-mail address; used when Token is empty
	Password  string
	RootCAs   *x509.CertPool // nil = the system's
	UserAgent string
	Policy    consistency.Policy // how long the server may take to apply a change
}

// Server is one Mattermost server. It is safe for concurrent use and makes no request before the first call.
type Server struct {
	cfg    Config
	api    *model.Client4
	shared *shared
	policy consistency.Policy
	recent recent

	login    sync.Mutex
	loggedIn bool
}

// Connect checks the configuration. The log-in happens at the first call that needs it.
func Connect(cfg Config) (*Server, error) {
	address, err := url.Parse(strings.TrimSpace(cfg.URL))
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return nil, fmt.Errorf("the Mattermost address %q is not an http(s) URL; write it like https://chat.example.com", cfg.URL)
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return nil, errors.New("the Mattermost address must not hold a user name, a query or a fragment")
	}
	switch {
	case cfg.Token == "" && cfg.LoginID == "":
		return nil, errors.New("no Mattermost credentials: give a system admin's personal access token, or login_id and password")
	case cfg.Token == "" && cfg.Password == "":
		return nil, errors.New("the Mattermost password is missing: login_id needs a password")
	}
	address.Host = strings.ToLower(address.Host)
	address.Path = strings.TrimSuffix(strings.TrimRight(address.Path, "/"), "/api/v4")
	cfg.URL = address.String()

	transport := &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		TLSClientConfig:   &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
		IdleConnTimeout:   idleTimeout,
	}
	api := model.NewAPIv4Client(cfg.URL)
	api.HTTPClient = &http.Client{
		Transport: &consistency.Transport{Base: transport, Policy: cfg.Policy},
		Timeout:   requestTimeout,
	}
	if cfg.UserAgent != "" {
		api.HTTPHeader = map[string]string{"User-Agent": cfg.UserAgent}
	}
	return &Server{cfg: cfg, api: api, shared: sharedBy(cfg.URL), policy: cfg.Policy}, nil
}

// URL is the address that the provider was given, in one spelling.
func (s *Server) URL() string { return s.cfg.URL }

// client returns the API client, logged in.
func (s *Server) client(ctx context.Context) (*model.Client4, error) {
	s.login.Lock()
	defer s.login.Unlock()
	if s.loggedIn {
		return s.api, nil
	}
	if s.cfg.Token != "" {
		s.api.SetToken(s.cfg.Token)
	} else if _, response, err := s.api.Login(ctx, s.cfg.LoginID, s.cfg.Password); err != nil {
		return nil, s.failure("log in as "+s.cfg.LoginID, statusOf(response), err)
	}
	s.loggedIn = true
	return s.api, nil
}

// HTTPClient trusts what the server's client trusts. Its requests carry no credentials.
func (s *Server) HTTPClient() *http.Client { return s.api.HTTPClient }
