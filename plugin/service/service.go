// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/command"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/telemetry"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Service is the running plugin. It is safe for concurrent use.
type Service struct {
	api      plugin.API
	manifest config.Manifest
	log      *slog.Logger
	host     string // that the process runs on
	node     string // this process
	metrics  *telemetry.Metrics
	tuning   bridge.Tuning

	// settings guards latest; used is what everything works with: the last good settings and what follows from them.
	settings sync.Mutex
	latest   config.Reading
	used     atomic.Pointer[used]
	// candidate is what waits to become used; it changes under the lock.
	candidate atomic.Pointer[candidate]
	// encryption changes under the lock; keys are those of the rooms.
	encryption encryption
	keys       atomic.Pointer[accounts.Keys]

	rooms   atomic.Pointer[rooms] // nil until the store is open
	handler atomic.Pointer[httpapi.Handler]

	opening  sync.Mutex // held while the store is opened or closed
	retrying sync.WaitGroup
	checking sync.WaitGroup
	stopping chan struct{}
	once     sync.Once
	life     context.Context // ends when the service is to stop
	end      context.CancelFunc
	openErr  atomic.Pointer[string] // why the store is not open
}

// New returns a service for the server behind the API. manifest is plugin.json.
func New(api plugin.API, manifest []byte) (*Service, error) {
	m, err := config.ReadManifest(manifest)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	s := &Service{api: api, manifest: m, log: mattermost.NewLog(api), host: host, node: host + "-" + model.NewId()[:8],
		stopping: make(chan struct{})}
	if s.tuning, err = readTuning(os.Getenv(tuningVariable)); err != nil {
		s.log.Warn("the engine keeps its usual waits", "error", err)
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.metrics = telemetry.New(m.Version, s.health)
	s.metrics.ShowLimits(s.limitsUsed)
	s.metrics.Watch(s.snapshot)
	s.serve(nil)
	return s, nil
}

// Waits between attempts to open the store.
const (
	openTimeout   = 10 * time.Second
	firstReopen   = time.Second
	slowestReopen = 30 * time.Second
)

// Start opens the store and begins to work. It fails only when nothing can ever help: a database that is not PostgreSQL.
// A database that cannot be reached now is tried again in the background.
func (s *Service) Start() error {
	sql := s.api.GetUnsanitizedConfig().SqlSettings
	if sql.DriverName != nil && *sql.DriverName != model.DatabaseDriverPostgres {
		return fmt.Errorf("Mattermost's database is %s: the plugin keeps its queues in PostgreSQL; move the server to PostgreSQL (SqlSettings.DriverName \"postgres\") first", *sql.DriverName)
	}
	if sql.DataSource == nil || *sql.DataSource == "" {
		return errors.New("the server's configuration holds no data source (SqlSettings.DataSource)")
	}
	if err := s.api.RegisterCommand(command.Registration()); err != nil {
		return fmt.Errorf("register the slash command: %w", err)
	}
	if err := s.open(*sql.DataSource); err != nil {
		s.log.Error("could not open the plugin's tables; it is tried again", "error", err)
		s.retrying.Go(func() { s.reopen(*sql.DataSource) })
	}
	return nil
}

func (s *Service) reopen(dataSource string) {
	wait := firstReopen
	for {
		timer := time.NewTimer(wait)
		select {
		case <-s.stopping:
			timer.Stop()
			return
		case <-timer.C:
		}
		err := s.open(dataSource)
		if err == nil {
			s.log.Info("opened the plugin's tables")
			return
		}
		s.log.Warn("could not open the plugin's tables; it is tried again", "error", err)
		wait = min(2*wait, slowestReopen)
	}
}

// open makes the rooms and, with settings that can be used, has them work.
func (s *Service) open(dataSource string) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	ctx, cancel := context.WithTimeout(s.life, openTimeout)
	defer cancel()
	r, err := s.build(ctx, dataSource)
	if err != nil {
		reason := err.Error()
		s.openErr.Store(&reason)
		return err
	}
	s.settings.Lock()
	s.useEncryption(ctx, r)
	s.settings.Unlock()
	if err := r.certificates.Start(ctx); err != nil {
		reason := err.Error()
		s.openErr.Store(&reason)
		return errors.Join(err, r.stop(ctx))
	}
	s.rooms.Store(r)
	s.serve(r)
	if err := s.Reload(); err != nil { // a certificate may stand in for the client secret
		s.log.Warn("could not read the settings again", "error", err)
	}
	if s.used.Load() != nil {
		return r.start(ctx)
	}
	r.settings.configuredLater()
	return nil
}

// Stop finishes or gives back what is in work, until ctx is done.
func (s *Service) Stop(ctx context.Context) error {
	s.once.Do(func() {
		close(s.stopping)
		s.end()
	})
	s.retrying.Wait()
	s.checking.Wait()
	s.opening.Lock()
	defer s.opening.Unlock()
	r := s.rooms.Swap(nil)
	s.serve(nil)
	if r == nil {
		return nil
	}
	err := r.stop(ctx)
	if u := s.used.Load(); u != nil {
		u.graph.Close()
	}
	return err
}

// Reload reads the settings. Those that can be used replace the ones in use; others are only remembered.
func (s *Service) Reload() error {
	s.settings.Lock()
	defer s.settings.Unlock()
	stored := map[string]json.RawMessage{}
	if err := s.api.LoadPluginConfiguration(&stored); err != nil {
		return fmt.Errorf("load the plugin's settings: %w", err)
	}
	var siteURL string
	if c := s.api.GetConfig(); c != nil && c.ServiceSettings.SiteURL != nil {
		siteURL = *c.ServiceSettings.SiteURL
	}
	reading := s.manifest.Read(stored, siteURL)
	r := s.rooms.Load()
	changed := s.encryption.note(reading.Settings.EncryptionKey, reading.Settings.FormerEncryptionKey)
	if r != nil {
		s.useKeys(r, changed)
	}
	if r != nil && len(r.certificates.Usable()) > 0 {
		reading.UseCertificate()
	}
	s.latest = reading
	if !reading.Good() {
		for _, p := range reading.Problems {
			s.log.Warn("a setting cannot be used; the last good ones stay in use", "key", p.Key, "problem", p.Message)
		}
		s.withdraw()
		return nil
	}
	return s.use(reading.Settings)
}

// Reading returns what the last look at the settings brought.
func (s *Service) reading() config.Reading {
	s.settings.Lock()
	defer s.settings.Unlock()
	return s.latest
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(caller httpapi.Caller, w http.ResponseWriter, r *http.Request) {
	s.handler.Load().ServeCaller(caller, w, r)
}

// health is what the queues hold; nothing while there is no database.
func (s *Service) health(ctx context.Context) (bridge.Health, error) {
	if r := s.rooms.Load(); r != nil {
		return r.engine.Health(ctx)
	}
	return bridge.Health{}, nil
}

// snapshot is what subscriptions, accounts and budget look like; nothing while there is no database.
func (s *Service) snapshot(ctx context.Context) (telemetry.Snapshot, error) {
	var now telemetry.Snapshot
	if u := s.used.Load(); u != nil {
		c := u.graph.Credentials()
		now.CredentialsChecked, now.CredentialsRefused = !c.CheckedAt.IsZero(), c.Err != nil
		if u.settings.EvaluationAPI {
			now.EvaluationBudget = subscriptions.Budget
		}
		now.AccountsAllowed, now.InvitesAllowed = u.settings.ConnectedUsersAllowed, u.settings.MaxPendingInvites
	}
	r := s.rooms.Load()
	if r == nil {
		return now, nil
	}
	now.SettingsBehind = r.settings.isBehind()
	known, err := r.store.Subscriptions(ctx)
	if err != nil {
		return now, err
	}
	for _, x := range known {
		now.Subscriptions = append(now.Subscriptions, telemetry.Subscription{
			State: string(x.State), ErrorCode: x.ErrorCode, Failing: x.State == store.SubscriptionWanted && x.Failures > 0 || x.Failures > 1, ExpiresAt: x.ExpiresAt,
		})
	}
	if now.EvaluationMessages, _, err = r.store.Evaluation(ctx); err != nil {
		return now, err
	}
	if now.Accounts, err = r.store.AccountsByState(ctx); err != nil {
		return now, err
	}
	if now.PendingInvites, now.Whitelisted, err = r.store.CountInvited(ctx); err != nil {
		return now, err
	}
	mirrored, err := r.store.CountMirrored(ctx)
	now.MirroredUsers = map[string]int{}
	for state, n := range mirrored {
		now.MirroredUsers[string(state)] = n
	}
	return now, err
}

// ServeMetrics answers Prometheus.
func (s *Service) ServeMetrics(w http.ResponseWriter, r *http.Request) {
	s.metrics.ServeHTTP(w, r)
}

// commandTimeout bounds a slash command: the server's own limit is higher.
const commandTimeout = 25 * time.Second

// Execute answers a slash command with text for the caller.
func (s *Service) Execute(user, channel, text string) string {
	r := s.rooms.Load()
	if r == nil {
		return texts.New("The plugin has no connection with its database. The server's log says more.").In(texts.OfLocale(mattermost.New(s.api, nil, "").Locale(bridge.UserID(user))))
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	return r.command.Run(ctx, command.Call{User: bridge.UserID(user), Channel: bridge.ChannelID(channel), Text: text})
}

// serve puts a handler in place that serves what there is.
func (s *Service) serve(r *rooms) {
	people := mattermost.New(s.api, nil, "")
	parts := httpapi.Parts{
		Log: s.log, Permissions: people, Observe: s.metrics.Request, SiteURL: s.siteURL, Locale: people.Locale, DefaultLocale: people.DefaultLocale,
		Status:       func(ctx context.Context) any { return s.Status(ctx) },
		Fingerprints: func(salt []byte) map[string]string { return s.reading().Fingerprints(salt) },
		Checks:       checks{s},
		NotReady:     "It has no connection with its database.",
		Metrics:      s.metrics,
	}
	if r != nil {
		parts.Certificates = r.certificates
		parts.Accounts, parts.Links, parts.Changes, parts.Lifecycle = r.accounts, r.links, r.intake, r.intake
		parts.Access, parts.Bots, parts.Lookup, parts.Reports = r.accounts, r.accounts, r.links, r.accounts
		parts.DeadLetters, parts.Posts, parts.Mirrored, parts.Keys, parts.Linked = deadLetters{r}, posts{r}, r.store, r.keys, linkedChannels{r}
	}
	s.handler.Store(httpapi.New(parts))
}

func (s *Service) siteURL() string {
	if u := s.used.Load(); u != nil {
		return u.settings.SiteURL
	}
	return ""
}
