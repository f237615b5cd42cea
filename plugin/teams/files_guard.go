// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// fileTransport fetches and sends contents at addresses that Graph named. They take no token. What a message says is never an
// address to go to; and what Graph says leads only to public addresses, or to Graph's own host.
type fileTransport struct {
	http             *http.Client
	guard            guard
	places           places
	whole, rangeSize int64
}

// The sizes in which contents travel.
const (
	defaultRange = 20 << 20
	// stall is how long a transfer may stand still.
	stall = time.Minute
	// maxDetours is how many redirects a download may take.
	maxDetours = 3
)

func newFileTransport(config Config) *fileTransport {
	t := &fileTransport{whole: max(config.WholeUpTo, 0), rangeSize: config.RangeSize}
	if t.rangeSize <= 0 {
		t.rangeSize = defaultRange
	}
	graph, err := url.Parse(config.GraphURL)
	if err != nil {
		graph = &url.URL{} // the settings are checked; nothing can be fetched with such an address
	}
	guard := guard{own: hostPort(graph), secure: graph.Scheme != "http"}
	t.guard = guard
	t.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                 guard.proxy,
			DialContext:           guard.dial,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: config.Trusted},
			TLSHandshakeTimeout:   dialTimeout,
			ResponseHeaderTimeout: headerTimeout,
			IdleConnTimeout:       idleTimeout,
			ForceAttemptHTTP2:     false, // one connection each: a content must not hold up other calls
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxDetours {
				return errors.New("too many redirects")
			}
			return guard.check(r.URL)
		},
	}
	return t
}

// guard decides where contents may be fetched and sent.
type guard struct {
	own    string // host and port of Graph
	secure bool   // only over TLS; off with a Graph that has none, as in tests
}

var errForbiddenAddress = errors.New("a file's address leads to a place that is not public")

// check refuses addresses by what can be seen of them.
func (g guard) check(u *url.URL) error {
	switch {
	case u.Scheme != "https" && (g.secure || u.Scheme != "http"), u.Host == "", u.User != nil:
		return fmt.Errorf("%w: %s://%s", errForbiddenAddress, u.Scheme, u.Host)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && hostPort(u) != g.own && !public(ip) {
		return fmt.Errorf("%w: %s", errForbiddenAddress, u.Host)
	}
	return nil
}

// proxied marks requests that go through a proxy, which is reached wherever it is.
type proxied struct{}

func (g guard) proxy(r *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(r)
	if proxy != nil && err == nil {
		if through, ok := r.Context().Value(proxied{}).(*string); ok {
			*through = hostPort(proxy)
		}
	}
	return proxy, err
}

// dial connects to a public address, whatever name it has, to Graph itself, or to the proxy.
func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	through, _ := ctx.Value(proxied{}).(*string)
	if address != g.own && (through == nil || *through != address) {
		dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(resolved)
			if err != nil || !public(to.Addr()) {
				return fmt.Errorf("%w: %s", errForbiddenAddress, resolved)
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// notPublic are networks that are nobody's in the Internet, beside those that netip knows (IANA special-purpose registries).
var notPublic = func() (networks []netip.Prefix) {
	for _, n := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "5f00::/16"} {
		networks = append(networks, netip.MustParsePrefix(n))
	}
	return networks
}()

func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, n := range notPublic {
		if n.Contains(ip) {
			return false
		}
	}
	return true
}
