// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Config is what a client needs to know.
type Config struct {
	LoginURL     string // authority host, no trailing slash
	GraphURL     string // without version, no trailing slash
	TenantID     string
	ClientID     string
	ClientSecret string         // may be empty where there are certificates
	Trusted      *x509.CertPool // nil: the system's certificates
	Tokens       Tokens         // of connected accounts; nil: calls as an account fail
	// Certificates returns those to log in with, newest first; they go before the secret. It may be nil.
	Certificates func() []Certificate
	// Accepted is told that Entra took a certificate. It must not wait, and may be nil.
	Accepted func(certificate string)
	// Gate lets requests to Graph through; nil: no limit.
	Gate Gate
	// WholeUpTo is how large a file may be and still be fetched with one request; 0: each is fetched in ranges. RangeSize is how much
	// of a larger one a request asks for or sends, 20 MB by default. Both are in bytes.
	WholeUpTo, RangeSize int64
	// Observe is told about each request to Graph, by its route with the ids left out; status 0 is no answer. It may be nil.
	Observe func(method, route string, status int, took time.Duration)
}

// Tokens hands out access tokens of connected accounts. Errors are a *bridge.Failure.
type Tokens interface {
	// Token returns a token and when it was issued.
	Token(ctx context.Context, account bridge.AccountID) (token string, issued time.Time, err error)
	// Forget drops the token because Graph refused it.
	Forget(account bridge.AccountID, token string)
}

// Client speaks to one tenant of one cloud as one application. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	app    *appTokens
	files  *fileTransport
}

// Limits of the transport. The timeouts bound single steps; callers bound whole calls with their context, and
// callTimeout bounds them when they do not.
const (
	dialTimeout   = 10 * time.Second
	headerTimeout = 60 * time.Second
	callTimeout   = 2 * time.Minute
	idleTimeout   = 90 * time.Second
	maxIdle       = 32
	// A connection that has been quiet for quietTimeout is tried with a ping: a request on a dead one would have an
	// unknown outcome.
	quietTimeout = 15 * time.Second
	pingTimeout  = 5 * time.Second
)

// New returns a client. It makes no request.
func New(config Config) *Client {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.Trusted},
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: headerTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConnsPerHost:   maxIdle,
		ForceAttemptHTTP2:     true,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: quietTimeout, PingTimeout: pingTimeout},
	}
	c := &Client{config: config, http: &http.Client{
		Transport: transport,
		Timeout:   callTimeout,
		// Nothing that is asked here answers with a redirect; following one could carry a token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.app = newAppTokens(c)
	c.files = newFileTransport(config)
	return c
}

// Close gives idle connections back. Calls in progress go on.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.files.http.CloseIdleConnections()
}

// attempt finds the key of a send in a body.
func attempt(body string) bridge.AttemptKey { return bridge.AttemptKey(markup.Attempt(body)) }
