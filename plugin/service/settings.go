// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/chats"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// used is one set of good settings with what follows from it. It is replaced as a whole.
type used struct {
	settings config.Settings
	since    time.Time
	graph    *teams.Client
	verifier *notification.Verifier
	former   []string // client ids of the applications that were in use before, since the start
}

// use puts good settings in place of those in use, at once or, as far as only Microsoft can tell whether they are good,
// when it has.
func (s *Service) use(settings config.Settings) error {
	old := s.used.Load()
	if old != nil && needsAcceptance(old.settings, settings) {
		s.propose(settings)
		settings = withIdentity(settings, old.settings)
	} else {
		s.withdraw()
	}
	if old != nil && same(old.settings, settings) {
		return nil
	}
	graph := s.newGraph(settings)
	s.checking.Go(func() { s.checkCredentials(graph) })
	return s.replace(settings, graph)
}

func (s *Service) newGraph(settings config.Settings) *teams.Client {
	return teams.New(teams.Config{
		LoginURL: settings.Addresses.LoginURL, GraphURL: settings.Addresses.GraphURL,
		TenantID: settings.TenantID, ClientID: settings.ClientID, ClientSecret: settings.ClientSecret,
		Certificates: s.usableCertificates, Accepted: s.certificateAccepted,
		Trusted: settings.Trusted, Tokens: tokens{s}, Gate: gate{s}, Observe: s.metrics.GraphCall,
		WholeUpTo: int64(settings.MaxDownloadMB) * megabyte, RangeSize: int64(settings.StreamBufferMB) * megabyte,
	})
}

// replace puts settings in place of those in use. Calls in progress go on with the old ones. The lock of the settings is
// held.
func (s *Service) replace(settings config.Settings, graph *teams.Client) error {
	old := s.used.Load()
	fresh := &used{settings: settings, since: time.Now(), graph: graph}
	if old != nil {
		fresh.former = old.former
		if old.settings.ClientID != settings.ClientID {
			fresh.former = append(slices.Clone(old.former), old.settings.ClientID)
		}
	}
	fresh.verifier = notification.NewVerifier(graph, settings.ClientID, fresh.former...)
	s.used.Store(fresh)
	s.metrics.SecretExpires(settings.SecretExpiry())
	s.log.Info("using new settings")
	if old != nil {
		old.graph.Close()
	}
	r := s.rooms.Load()
	if r == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	r.accounts.ForgetAll()
	r.people.Forget()
	r.chats.Forget()
	if err := r.start(ctx); err != nil {
		return err
	}
	r.settings.poke()
	r.keeper.Poke()
	if r.working() {
		if err := r.jobs.SyncUsers(ctx); err != nil {
			s.log.Warn("could not look whether users are to be brought up to date; that happens within a minute", "error", err)
		}
		r.background.Go(func() {
			// A look that is under way may have begun with the former settings, and then another is not queued.
			limited, cancel := context.WithTimeout(s.life, openTimeout)
			defer cancel()
			if err := r.accounts.CompareTokens(limited); err != nil && s.life.Err() == nil {
				s.log.Warn("could not look which accounts the settings fit; that happens within a minute", "error", err)
			}
		})
		if err := r.jobs.LookForLosses(ctx); err != nil {
			s.log.Warn("could not look for accounts that the settings fit no more or again; that happens within a minute", "error", err)
		}
		if err := r.jobs.ReviveOutages(ctx); err != nil {
			s.log.Warn("could not have tried again what failed with the former settings; that happens within an hour", "error", err)
		}
	}
	return nil
}

// checkCredentials uses the credentials once, so that the status knows whether they are right before anybody needs them.
func (s *Service) checkCredentials(graph *teams.Client) {
	ctx, cancel := context.WithTimeout(s.life, credentialsTimeout)
	defer cancel()
	if err := graph.CheckCredentials(ctx); err != nil && s.life.Err() == nil {
		s.log.Warn("Microsoft does not accept the plugin's credentials, or could not be reached", "error", err)
	}
}

// credentialsTimeout bounds a look at the credentials that nobody waits for.
const credentialsTimeout = 5 * time.Second

// same compares what was set; what follows is the same then.
func same(a, b config.Settings) bool {
	a.Trusted, b.Trusted = nil, nil
	a.Certificate, b.Certificate = nil, nil
	return reflect.DeepEqual(a, b)
}

// current returns what is in use, or says what is missing.
func (s *Service) current() (*used, error) {
	if u := s.used.Load(); u != nil {
		return u, nil
	}
	return nil, refusal.New(refusal.NotReady, "The plugin is not configured yet; a system admin finds what is missing in its status (GET /api/v1/status).")
}

func (s *Service) forAccounts() (accounts.Current, error) {
	u, err := s.current()
	if err != nil {
		return accounts.Current{}, err
	}
	vault, err := s.vault()
	return accounts.Current{Settings: u.settings, Login: u.graph, Vault: vault}, err
}

func (s *Service) forLinks() (links.Current, error) {
	u, err := s.current()
	if err != nil {
		return links.Current{}, err
	}
	return links.Current{Settings: u.settings, Graph: u.graph}, nil
}

func (s *Service) forSubscriptions() (subscriptions.Current, error) {
	u, err := s.current()
	if err != nil {
		return subscriptions.Current{}, err
	}
	return subscriptions.Current{
		Graph:        u.graph,
		ChangesURL:   catalog.PluginURL(u.settings.SiteURL, catalog.RouteChanges),
		LifecycleURL: catalog.PluginURL(u.settings.SiteURL, catalog.RouteLifecycle),
		Certificate:  u.settings.Certificate,
		WideFrom:     u.settings.TenantSubscriptionFrom,
		Evaluation:   u.settings.EvaluationAPI,
		Direct:       u.settings.SyncDirectMessages,
		Group:        u.settings.SyncGroupMessages,
	}, nil
}

func (s *Service) forChats() (chats.Current, error) {
	u, err := s.current()
	if err != nil {
		return chats.Current{}, err
	}
	return chats.Current{Settings: u.settings, Graph: u.graph}, nil
}

// chatSwitches tells whether one-to-one and group chats are carried.
func (s *Service) chatSwitches() (direct, group bool) {
	u := s.used.Load()
	if u == nil {
		return false, false
	}
	return u.settings.SyncDirectMessages, u.settings.SyncGroupMessages
}

func (s *Service) forNotifications() (notification.Current, error) {
	u, err := s.current()
	if err != nil {
		return notification.Current{}, err
	}
	vault, err := s.vault()
	return notification.Current{Vault: vault, Verifier: u.verifier}, err
}

// graph is the bridge's Teams over whatever client is in use.
type graph struct{ service *Service }

var _ bridge.Teams = graph{}

func (g graph) client() (*teams.Client, error) {
	u, err := g.service.current()
	if err != nil {
		return nil, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	return u.graph, nil
}

// Message implements bridge.Teams.
func (g graph) Message(ctx context.Context, ref bridge.MessageRef) (bridge.TeamsMessage, error) {
	c, err := g.client()
	if err != nil {
		return bridge.TeamsMessage{}, err
	}
	return c.Message(ctx, ref)
}

// ConversationName implements bridge.Teams.
func (g graph) ConversationName(ctx context.Context, in bridge.Conversation) (string, error) {
	c, err := g.client()
	if err != nil {
		return "", err
	}
	return c.ConversationName(ctx, in)
}

// Recent implements bridge.Teams.
func (g graph) Recent(ctx context.Context, in bridge.Conversation, root bridge.TeamsMessageID, since time.Time) ([]bridge.TeamsMessage, error) {
	c, err := g.client()
	if err != nil {
		return nil, err
	}
	return c.Recent(ctx, in, root, since)
}

// Send implements bridge.Teams.
func (g graph) Send(ctx context.Context, as bridge.Account, to bridge.Conversation, root bridge.TeamsMessageID, message bridge.Outgoing) (bridge.TeamsMessage, error) {
	c, err := g.client()
	if err != nil {
		return bridge.TeamsMessage{}, err
	}
	return c.Send(ctx, as, to, root, message)
}

// tokens hands out the accounts' tokens: the client is there before the accounts are.
type tokens struct{ service *Service }

var _ teams.Tokens = tokens{}

// Token implements teams.Tokens.
func (t tokens) Token(ctx context.Context, id bridge.AccountID) (string, time.Time, error) {
	r := t.service.rooms.Load()
	if r == nil {
		return "", time.Time{}, &bridge.Failure{Class: bridge.Retry, Err: errors.New("the plugin has no connection with its database")}
	}
	token, issued, err := r.accounts.Token(ctx, id)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("account %s: %w", id, err)
	}
	return token, issued, nil
}

// Forget implements teams.Tokens.
func (t tokens) Forget(id bridge.AccountID, token string) {
	if r := t.service.rooms.Load(); r != nil {
		r.accounts.Forget(id, token)
	}
}
