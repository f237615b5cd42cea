// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/admin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/directoryapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/drivesapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/teamsapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/pki"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/web"
)

// Config says how an emulator is to run. The zero value is a TLS server on a free loopback port with the demo tenant.
type Config struct {
	Listen     string    // host:port of the TLS server; default 127.0.0.1:0 (a free port)
	HTTPListen string    // host:port of a plain-http server beside it, loopback only; default none
	Seed       *Seed     // default DefaultSeed
	Limits     bool      // Graph's request limits on from the start
	Log        io.Writer // what goes wrong inside; default none
}

// Server is one emulated cloud.
type Server struct {
	seed      Seed
	limitsOn  bool
	authority *pki.Authority
	clock     *clock.Clock
	requests  *requestlog.Log
	directory *directory.State
	entra     *entra.Server
	azure     *arm.State
	teams     *teams.State
	drives    *drives.State
	subs      *notify.Subscriptions
	faults    *faults.Faults
	limits    *faults.Limits

	tlsListener  net.Listener
	httpListener net.Listener // nil without Config.HTTPListen
	server       *http.Server
	client       *http.Client
	serving      sync.WaitGroup
}

// New makes an emulator and takes its ports, so that its addresses are known. Start lets it answer; Close must be
// called in any case.
func New(config Config) (*Server, error) {
	s := &Server{seed: DefaultSeed(), limitsOn: config.Limits, clock: clock.New()}
	if config.Seed != nil {
		s.seed = *config.Seed
	}
	if config.Log == nil {
		config.Log = io.Discard
	}
	var err error
	if s.authority, err = pki.New(); err != nil {
		return nil, err
	}
	if err := s.listen(config); err != nil {
		return nil, err
	}
	if err := s.assemble(config.Log); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) listen(config Config) error {
	address := config.Listen
	if address == "" {
		address = "127.0.0.1:0"
	}
	if config.HTTPListen != "" {
		if err := mustBeLoopback(config.HTTPListen); err != nil {
			return err
		}
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen on %q: %w; write it like 127.0.0.1:8443", address, err)
	}
	hosts := []string{"127.0.0.1", "::1", "localhost"}
	if host != "" && host != "0.0.0.0" && host != "::" && host != "127.0.0.1" && host != "::1" && host != "localhost" {
		hosts = append(hosts, host)
	}
	tlsConfig, err := s.authority.TLS(hosts...)
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another port, or port 0 for a free one", address, err)
	}
	s.tlsListener = tls.NewListener(plain, tlsConfig)
	if config.HTTPListen == "" {
		return nil
	}
	if s.httpListener, err = net.Listen("tcp", config.HTTPListen); err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w; choose another port, or port 0 for a free one", config.HTTPListen, err), plain.Close())
	}
	return nil
}

// mustBeLoopback keeps tokens and passwords off the network: plain http is for this machine.
func mustBeLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("plain http on %q: %w; write it like 127.0.0.1:8080", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("plain http on %q: only loopback addresses are allowed, e.g. 127.0.0.1:8080", address)
	}
	return nil
}

// assemble puts the parts together.
func (s *Server) assemble(logTo io.Writer) error {
	var err error
	s.requests = requestlog.New(s.clock)
	s.faults = faults.New(s.clock)
	if s.directory, err = directory.New(s.clock, s.seed.Directory); err != nil {
		return err
	}
	s.limits = faults.NewLimits(s.clock, func() int { return len(s.directory.Users()) })
	s.azure = arm.NewState(s.clock, s.seed.Azure)
	s.teams = teams.New(s.clock, s.directory.Tenant().ID, teamsapi.PeopleOf(s.directory))
	if err := s.teams.Load(s.seed.Teams); err != nil {
		return err
	}
	s.drives = drives.New(s.clock, "demo")
	if s.entra, err = entra.New(s.directory, s.clock, s.addresses()...); err != nil {
		return err
	}
	s.entra.TrustIssuers(s.authority.Pool())
	s.subs = notify.New(notify.Config{Clock: s.clock, Roots: s.roots(), Disturb: s.faults, Authorized: teamsapi.Authorized(s.directory),
		Token: func(appID string, version int) (string, error) {
			return s.entra.ValidationToken(s.URL(), appID, version)
		},
		Withheld: teamsapi.TokensWithheld(s.directory),
		InChat:   teamsapi.InChat(s.directory, s.teams),
		Billed:   func(owner notify.Owner) bool { return s.azure.Billed(owner.AppID) }})
	s.teams.Observe(s.subs.Changed)
	s.limits.Enable(s.limitsOn)

	front := graph.NewFront(s.entra, s.clock, logTo)
	front.SetLimiter(s.limits)
	front.WrapItems(s.faults.Middleware)
	directoryapi.Register(front, directoryapi.Parts{Directory: s.directory, Visibility: s.faults})
	teamsapi.Register(front, teamsapi.Parts{Teams: s.teams, Subscriptions: s.subs, Directory: s.directory, Lag: s.faults})

	drivesapi.Register(front, drivesapi.Parts{Drives: s.drives, Teams: s.teams, Directory: s.directory})

	handler := &router{
		drives: s.drives,
		graph:  front, entra: s.entra, azure: arm.NewServer(s.azure, s.entra, s.directory),
		web: web.Handler(web.Parts{Clock: s.clock, Directory: s.directory, Teams: s.teams, Subscriptions: s.subs}),
		admin: admin.Handler(admin.Parts{
			Clock: s.clock, Requests: s.requests, Directory: s.directory, Tokens: s.entra, Teams: s.teams, Subscriptions: s.subs,
			Faults: s.faults, Limits: s.limits, Reset: s.Reset,
		}),
	}
	s.server = &http.Server{
		Handler:           s.requests.Middleware(s.faults.Middleware(handler)),
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(logTo, "emulator: ", log.LstdFlags|log.LUTC),
	}
	s.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.authority.Pool(), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32,
	}}
	return nil
}

// roots are whose certificates a notification endpoint may present: the emulator's authority and the system's.
func (s *Server) roots() *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(s.CAPEM())
	return pool
}

// addresses are all spellings of the emulator's own address.
func (s *Server) addresses() []string {
	var out []string
	for _, listener := range []net.Listener{s.tlsListener, s.httpListener} {
		if listener == nil {
			continue
		}
		scheme := "https://"
		if listener == s.httpListener {
			scheme = "http://"
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String()) // a listener's address is well formed
		out = append(out, scheme+listener.Addr().String())
		for _, host := range []string{"127.0.0.1", "localhost", "::1"} {
			out = append(out, scheme+net.JoinHostPort(host, port))
		}
	}
	return out
}

// Start lets the emulator answer, and returns at once.
func (s *Server) Start() error {
	if s.server == nil {
		return errors.New("the emulator was not made by New")
	}
	for _, listener := range []net.Listener{s.tlsListener, s.httpListener} {
		if listener == nil {
			continue
		}
		s.serving.Go(func() {
			if err := s.server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				s.server.ErrorLog.Printf("stopped serving %s: %v", listener.Addr(), err)
			}
		})
	}
	return nil
}

// Close ends everything: deliveries, connections, listeners. Closing twice does nothing.
func (s *Server) Close() error {
	var errs []error
	if s.subs != nil {
		s.subs.Close()
	}
	if s.server != nil {
		errs = append(errs, s.server.Close())
	}
	for _, listener := range []net.Listener{s.tlsListener, s.httpListener} {
		if listener == nil {
			continue
		}
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
	s.serving.Wait()
	if s.drives != nil {
		errs = append(errs, s.drives.Clear())
	}
	return errors.Join(errs...)
}

// Reset brings everything back to the seed: directory, Azure, Teams, subscriptions, tokens, faults, limits, clock and
// request log. The address, the certificate authority and the signing key stay.
func (s *Server) Reset() error {
	s.subs.Clear()
	s.faults.Clear()
	s.limits.Enable(s.limitsOn)
	s.clock.Shift(-s.clock.Offset())
	s.entra.Reset()
	s.azure.Reset(s.seed.Azure)
	s.teams.Clear()
	if err := s.drives.Clear(); err != nil {
		return err
	}
	if err := s.directory.Reset(s.seed.Directory); err != nil {
		return err
	}
	if err := s.teams.Load(s.seed.Teams); err != nil {
		return err
	}
	s.requests.Reset()
	return nil
}
