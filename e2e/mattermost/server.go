// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// Options of a server.
type Options struct {
	Dir     string // work directory, must exist
	Version Version
	DSN     string // of a PostgreSQL database it owns
	Port    int    // 0 = a free one
	SiteURL string // where a balancer answers for this server; empty: the server's own address
	Path    string // under which it is installed, e.g. /chat; empty: at the root

	CertificatePEM, KeyPEM []byte // its TLS certificate, valid for 127.0.0.1
	CAPEM                  []byte // what clients trust

	Env map[string]string // MM_… settings over our own; an empty one leaves the setting to the API
}

// The first user of a fresh server, who is its system admin.
const (
	AdminUser     = "admin"
	AdminPassword = "Loopback-Only-1"
	adminEmail    = AdminUser + "@demo.example"
)

// Server is a running Mattermost.
type Server struct {
	URL           string // its SiteURL; https://127.0.0.1:<port> unless a balancer stands before it or it has a path
	AdminUser     string
	AdminPassword string
	AdminToken    string // of a session that outlives restarts
	Dir           string // work directory: config/, data/, plugins/, mattermost.log

	options Options
	adminID string
	port    int
	binary  string
	client  *http.Client
	process *process.Process
}

// Start prepares the work directory, runs the server and creates its admin. An error of the server itself carries the
// end of its log.
func Start(ctx context.Context, options Options) (*Server, error) {
	path, err := binary(options.Version)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: options.Dir, AdminUser: AdminUser, AdminPassword: AdminPassword, options: options, binary: path, port: options.Port}
	if s.port == 0 {
		if s.port, err = process.FreePort(); err != nil {
			return nil, err
		}
	}
	if err := process.CheckPort(s.port); err != nil {
		return nil, fmt.Errorf("start Mattermost: %w", err)
	}
	s.URL = cmp.Or(options.SiteURL, s.Address()) + options.Path
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(options.CAPEM) {
		return nil, errors.New("no CA certificate was given for Mattermost's clients")
	}
	s.client = newHTTPClient(roots)
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if err := s.Start(ctx); err != nil {
		return nil, err
	}
	if err := s.createAdmin(ctx); err != nil {
		s.Stop(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

// Address is where this server itself answers.
func (s *Server) Address() string { return fmt.Sprintf("https://127.0.0.1:%d", s.port) }

// prepare lays out the work directory. Without client/ no plugin can be installed, without client/root.html every page
// is an error, and the server reads the folders of its assets relative to its work directory.
func (s *Server) prepare() error {
	for _, dir := range []string{"config", "data", "logs", "plugins", "client/plugins"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, dir), 0o700); err != nil {
			return fmt.Errorf("prepare Mattermost's directory: %w", err)
		}
	}
	for _, dir := range []string{"i18n", "templates", "fonts"} {
		link := filepath.Join(s.Dir, dir)
		if err := os.Symlink(filepath.Join(assets(s.binary), dir), link); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("link Mattermost's %s: %w", dir, err)
		}
	}
	page := filepath.Join(s.Dir, "client", "root.html")
	if _, err := os.Stat(page); err != nil {
		if err := os.WriteFile(page, []byte(rootPage), 0o600); err != nil {
			return fmt.Errorf("write Mattermost's page: %w", err)
		}
	}
	for file, content := range map[string][]byte{"tls.crt": s.options.CertificatePEM, "tls.key": s.options.KeyPEM} {
		if err := os.WriteFile(filepath.Join(s.Dir, file), content, 0o600); err != nil {
			return fmt.Errorf("write Mattermost's certificate: %w", err)
		}
	}
	return nil
}

// rootPage stands where Mattermost's web app would: the Go module holds the server only.
const rootPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mattermost</title></head>
<body><p>This Mattermost server runs without its web app. Its API answers below <code>/api/v4</code>.</p></body></html>
`

// Start runs the stopped or killed server again, on the same address and data, and returns when it answers.
func (s *Server) Start(ctx context.Context) error {
	p, err := process.Start(process.Command{
		Path: s.binary, Args: []string{"server"}, Dir: s.Dir, Env: s.environment(),
		LogFile: s.LogFile(), StopWithin: 20 * time.Second,
	})
	if err != nil {
		return err
	}
	s.process = p
	// A first boot runs all migrations: 2 s on a quiet machine, 12 s on a busy one.
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	if err := p.WaitReady(ctx, s.ping); err != nil {
		p.Stop(context.WithoutCancel(ctx))
		return fmt.Errorf("%w; its log ends with:\n%s", err, process.Tail(s.LogFile(), 200))
	}
	return nil
}

func (s *Server) ping(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Address()+s.options.Path+"/api/v4/system/ping", nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ping answers %s", resp.Status)
	}
	return nil
}

func (s *Server) createAdmin(ctx context.Context) error {
	c := s.newClient()
	if _, _, err := c.CreateUser(ctx, &model.User{Username: AdminUser, Email: adminEmail, Password: AdminPassword}); err != nil {
		return fmt.Errorf("create the first user: %w", err)
	}
	admin, _, err := c.Login(ctx, AdminUser, AdminPassword)
	if err != nil {
		return fmt.Errorf("log in as the first user: %w", err)
	}
	s.adminID, s.AdminToken = admin.Id, c.AuthToken
	return nil
}

// Stop ends the server and its plugins in order and keeps its data.
func (s *Server) Stop(ctx context.Context) {
	if s.process != nil {
		s.process.Stop(ctx)
	}
}

// Kill ends the server and its plugins at once, as a crash would.
func (s *Server) Kill() {
	if s.process != nil {
		s.process.Kill()
	}
}

// Restart stops the server in order and starts it again.
func (s *Server) Restart(ctx context.Context) error {
	s.Stop(ctx)
	return s.Start(ctx)
}

// CAPEM is the authority that the server's certificate is trusted by; empty means the system's.
func (s *Server) CAPEM() []byte { return s.options.CAPEM }

// Pid is the server's process id.
func (s *Server) Pid() int { return s.process.Pid() }

// LogFile is where the server's log is, over all its starts.
func (s *Server) LogFile() string { return filepath.Join(s.Dir, "mattermost.log") }

// Logs returns the server's whole log, its plugins' included.
func (s *Server) Logs() string {
	b, err := os.ReadFile(s.LogFile())
	if err != nil {
		return "(no log: " + err.Error() + ")"
	}
	return string(b)
}

// environment configures the server. What is set here is read-only in the System Console and the API, so nothing that
// Terraform manages is (PluginSettings.Plugins, PluginStates).
func (s *Server) environment() []string {
	settings := map[string]string{
		"MM_SQLSETTINGS_DRIVERNAME": "postgres",
		"MM_SQLSETTINGS_DATASOURCE": s.options.DSN,

		"MM_SERVICESETTINGS_LISTENADDRESS":              fmt.Sprintf("127.0.0.1:%d", s.port),
		"MM_SERVICESETTINGS_SITEURL":                    s.URL,
		"MM_SERVICESETTINGS_CONNECTIONSECURITY":         "TLS",
		"MM_SERVICESETTINGS_TLSCERTFILE":                filepath.Join(s.Dir, "tls.crt"),
		"MM_SERVICESETTINGS_TLSKEYFILE":                 filepath.Join(s.Dir, "tls.key"),
		"MM_SERVICESETTINGS_ENABLELOCALMODE":            "false",
		"MM_SERVICESETTINGS_ENABLESECURITYFIXALERT":     "false",
		"MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS":     "true",
		"MM_TEAMSETTINGS_ENABLEOPENSERVER":              "true",
		"MM_TEAMSETTINGS_MAXUSERSPERTEAM":               "10000",
		"MM_RATELIMITSETTINGS_ENABLE":                   "false",
		"MM_PASSWORDSETTINGS_MINIMUMLENGTH":             "8",
		"MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS":       "false",
		"MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS":        "false",
		"MM_ANNOUNCEMENTSETTINGS_ADMINNOTICESENABLED":   "false",
		"MM_ANNOUNCEMENTSETTINGS_USERNOTICESENABLED":    "false",
		"MM_FILESETTINGS_DIRECTORY":                     filepath.Join(s.Dir, "data") + "/",
		"MM_PLUGINSETTINGS_ENABLE":                      "true",
		"MM_PLUGINSETTINGS_ENABLEUPLOADS":               "true",
		"MM_PLUGINSETTINGS_DIRECTORY":                   filepath.Join(s.Dir, "plugins"),
		"MM_PLUGINSETTINGS_CLIENTDIRECTORY":             filepath.Join(s.Dir, "client", "plugins"),
		"MM_PLUGINSETTINGS_ENABLEMARKETPLACE":           "false",
		"MM_PLUGINSETTINGS_ENABLEREMOTEMARKETPLACE":     "false",
		"MM_PLUGINSETTINGS_AUTOMATICPREPACKAGEDPLUGINS": "false",
		"MM_LOGSETTINGS_ENABLEDIAGNOSTICS":              "false",
		"MM_LOGSETTINGS_ENABLESENTRY":                   "false",
		"MM_LOGSETTINGS_ENABLEFILE":                     "false",
		"MM_LOGSETTINGS_ENABLECONSOLE":                  "true",
		"MM_LOGSETTINGS_CONSOLELEVEL":                   "DEBUG",
		"MM_LOGSETTINGS_CONSOLEJSON":                    "false",
		"MM_LOGSETTINGS_ENABLECOLOR":                    "false",
		"MM_LOGSETTINGS_FILELOCATION":                   filepath.Join(s.Dir, "logs"),
		"MM_NOTIFICATIONLOGSETTINGS_ENABLEFILE":         "false",
		"MM_NOTIFICATIONLOGSETTINGS_FILELOCATION":       filepath.Join(s.Dir, "logs"),
	}
	maps.Copy(settings, s.options.Env)
	maps.DeleteFunc(settings, func(_, value string) bool { return value == "" })
	// Settings in our own environment speak for another server.
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "MM_") {
			env = append(env, v)
		}
	}
	for name, value := range settings {
		env = append(env, name+"="+value)
	}
	return env
}
