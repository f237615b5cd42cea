// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"
)

// balancer sprays requests over several servers, one after another, as the load balancer of an installation with several
// nodes does. A server that takes no connection is passed over; what it had begun to answer is lost.
type balancer struct {
	url    string
	server *http.Server

	mu       sync.Mutex
	backends []string // scheme and host
	next     int
}

// newBalancer listens on a free loopback port with a certificate.
func newBalancer(certificatePEM, keyPEM []byte, roots *x509.CertPool) (*balancer, error) {
	certificate, err := tls.X509KeyPair(certificatePEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("read the balancer's certificate: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the balancer: %w", err)
	}
	b := &balancer{url: "https://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		Transport: spray{b, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}},
		ErrorLog:  log.New(io.Discard, "", 0), // a killed server is no news
	}
	b.server = &http.Server{Handler: proxy, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, ReadHeaderTimeout: time.Minute, ErrorLog: proxy.ErrorLog}
	go func() { _ = b.server.ServeTLS(listener, "", "") }()
	return b, nil
}

func (b *balancer) add(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = append(b.backends, address)
}

// turn is the order in which one request tries the servers.
func (b *balancer) turn() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.backends) == 0 {
		return nil
	}
	b.next = (b.next + 1) % len(b.backends)
	return slices.Concat(b.backends[b.next:], b.backends[:b.next])
}

// close cuts off what is still being answered when ctx ends.
func (b *balancer) close(ctx context.Context) error {
	if err := b.server.Shutdown(ctx); err != nil {
		return b.server.Close()
	}
	return nil
}

// spray sends a request to the next server that takes the connection.
type spray struct {
	balancer  *balancer
	transport http.RoundTripper
}

func (s spray) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	err = errors.New("no server runs")
	if r.Body != nil {
		r.Body = io.NopCloser(r.Body) // a transport that cannot connect closes it, and the next server needs it; the proxy closes it in the end
	}
	for _, address := range s.balancer.turn() {
		target, parseErr := url.Parse(address)
		if parseErr != nil {
			return nil, parseErr
		}
		r.URL.Scheme, r.URL.Host = target.Scheme, target.Host
		resp, err = s.transport.RoundTrip(r)
		// Only a connection that was never made is certain not to have had an effect.
		if failed, ok := errors.AsType[*net.OpError](err); !ok || failed.Op != "dial" {
			return resp, err
		}
	}
	return nil, err
}
