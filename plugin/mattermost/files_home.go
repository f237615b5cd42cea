// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// home reads large files from the server over HTTP: the plugin API knows only whole ones. The server that started the plugin is
// asked on this machine, whatever stands before it elsewhere, in a session of the post's author, who may read the file.
type home struct {
	mu     sync.Mutex
	client *http.Client
	made   settings // what the client was made for
}

// settings is what of the server's configuration says how it is reached.
type settings struct{ listen, site, security, certificate string }

func settingsOf(c *model.Config) settings {
	text := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	return settings{text(c.ServiceSettings.ListenAddress), text(c.ServiceSettings.SiteURL), text(c.ServiceSettings.ConnectionSecurity), text(c.ServiceSettings.TLSCertFile)}
}

// stall is how long a transfer may stand still.
const stall = time.Minute

// sessionFor is how long a session lasts that reads one file: it is looked at when the reading begins, and revoked when it ends.
const sessionFor = 10 * time.Minute

func (h *home) open(ctx context.Context, api plugin.API, author bridge.UserID, id bridge.FileID, from int64) (io.ReadCloser, error) {
	doing := "read file " + string(id)
	config := api.GetConfig()
	if config == nil {
		return nil, gone(doing)
	}
	client, base, err := h.reach(settingsOf(config))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	session, err := newSession(api, author, doing)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithCancel(ctx)
	end := func() {
		cancel()
		_ = api.RevokeSession(session.Id) // it ends by itself, later
	}
	request, err := http.NewRequestWithContext(limited, http.MethodGet, base+"/api/v4/files/"+url.PathEscape(string(id)), nil)
	if err != nil {
		end()
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	request.Header.Set("Authorization", "Bearer "+session.Token)
	request.Header.Set("X-Requested-With", "XMLHttpRequest")
	if from > 0 {
		request.Header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	response, err := client.Do(request) //nolint:bodyclose // whoever reads it closes it
	if err != nil {
		end()
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	body := &watched{ReadCloser: response.Body, end: end, timer: time.AfterFunc(stall, cancel)}
	switch {
	case response.StatusCode == http.StatusPartialContent, response.StatusCode == http.StatusOK && from == 0:
		return body, nil
	case response.StatusCode == http.StatusOK:
		if _, err := io.CopyN(io.Discard, body, from); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", doing, err), body.Close())
		}
		return body, nil
	}
	defer body.Close()
	class := bridge.Retry
	switch response.StatusCode {
	case http.StatusNotFound:
		class = bridge.NotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		class = bridge.UserAction
	}
	return nil, &bridge.Failure{Class: class, Status: response.StatusCode, Err: errors.New(doing + ": the server refuses it")}
}

func newSession(api plugin.API, author bridge.UserID, doing string) (*model.Session, error) {
	user, e := api.GetUser(string(author))
	switch {
	case e != nil:
		return nil, failure(doing, e)
	case user == nil:
		return nil, gone(doing)
	}
	session, e := api.CreateSession(&model.Session{UserId: user.Id, Roles: user.Roles, ExpiresAt: model.GetMillisForTime(time.Now().Add(sessionFor))})
	switch {
	case e != nil:
		return nil, failure(doing, e)
	case session == nil:
		return nil, gone(doing)
	}
	return session, nil
}

// reach returns a client of the server on this machine, and its address.
func (h *home) reach(s settings) (*http.Client, string, error) {
	host, port, err := net.SplitHostPort(s.listen)
	if err != nil {
		return nil, "", fmt.Errorf("the server's ListenAddress %q names no port: %w", s.listen, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	site, err := url.Parse(s.site)
	if err != nil {
		return nil, "", fmt.Errorf("SiteURL: %w", err)
	}
	scheme := "http"
	if s.security == model.ConnSecurityTLS {
		scheme = "https"
	}
	base := scheme + "://" + net.JoinHostPort(host, port) + strings.TrimRight(site.Path, "/")
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.client == nil || h.made != s {
		h.made = s
		h.client = &http.Client{
			Transport: &http.Transport{
				DialContext:     (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				TLSClientConfig: tlsOf(site.Hostname(), s.certificate), TLSHandshakeTimeout: 10 * time.Second,
				ResponseHeaderTimeout: stall, IdleConnTimeout: stall, DisableCompression: true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return h.client, base, nil
}

// tlsOf makes sure that it is the server that answers: it shows the certificate of its own file, or one for its name that this
// machine trusts.
func tlsOf(name, file string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: name,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			leaf := state.PeerCertificates[0]
			if own, err := os.ReadFile(file); err == nil && holds(own, leaf) {
				return nil
			}
			between := x509.NewCertPool()
			for _, c := range state.PeerCertificates[1:] {
				between.AddCert(c)
			}
			_, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Intermediates: between})
			return err
		},
	}
}

func holds(file []byte, certificate *x509.Certificate) bool {
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			return false
		}
		if block.Type == "CERTIFICATE" && bytes.Equal(block.Bytes, certificate.Raw) {
			return true
		}
	}
}

// watched ends a transfer that stands still, and gives back what it needed.
type watched struct {
	io.ReadCloser
	end   func()
	timer *time.Timer
	once  sync.Once
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(stall)
	return w.ReadCloser.Read(p)
}

func (w *watched) Close() error {
	w.timer.Stop()
	err := w.ReadCloser.Close()
	w.once.Do(w.end)
	return err
}
