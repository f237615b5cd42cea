// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// candidate are settings that name another tenant, application, secret or cloud than those in use. They are taken into use
// when Microsoft has accepted them; until then everything goes on with the last good ones.
type candidate struct {
	settings config.Settings
	since    time.Time
	graph    *teams.Client
	end      context.CancelFunc // of the attempts
}

// Waits between attempts to use a candidate's credentials. A fresh secret is known at all of Microsoft's data centres
// within a minute or so.
const (
	firstAttempt   = 2 * time.Second
	slowestAttempt = time.Minute
)

// identity is what Microsoft has to accept; the rest of the settings is used at once.
type identity struct {
	TenantID, ClientID, ClientSecret, ClientSecretExpiresAt string
	Cloud, LoginURL, GraphURL, CACertificates               string
}

func identityOf(s config.Settings) identity {
	return identity{s.TenantID, s.ClientID, s.ClientSecret, s.ClientSecretExpiresAt, s.Cloud, s.LoginURL, s.GraphURL, s.CACertificates}
}

// changed names what differs, by the settings' keys.
func (i identity) changed(from identity) (keys []string) {
	to, was := reflect.ValueOf(i), reflect.ValueOf(from)
	for n := range to.NumField() {
		name := to.Type().Field(n).Name
		field, ok := reflect.TypeFor[config.Settings]().FieldByName(name)
		if ok && to.Field(n).String() != was.Field(n).String() {
			keys = append(keys, field.Tag.Get("setting"))
		}
	}
	return keys
}

// needsAcceptance tells whether only Microsoft can say if the settings are good. When a secret expires is for people.
func needsAcceptance(old, fresh config.Settings) bool {
	keys := identityOf(fresh).changed(identityOf(old))
	return len(slices.DeleteFunc(keys, func(key string) bool { return key == "clientSecretExpiresAt" })) > 0
}

// withIdentity returns the settings with the other ones' identity.
func withIdentity(s, other config.Settings) config.Settings {
	s.TenantID, s.ClientID, s.ClientSecret, s.ClientSecretExpiresAt = other.TenantID, other.ClientID, other.ClientSecret, other.ClientSecretExpiresAt
	s.Cloud, s.LoginURL, s.GraphURL, s.CACertificates = other.Cloud, other.LoginURL, other.GraphURL, other.CACertificates
	s.Addresses, s.Trusted = other.Addresses, other.Trusted
	return s
}

// propose has the settings' credentials tried in the background. The lock of the settings is held.
func (s *Service) propose(settings config.Settings) {
	if c := s.candidate.Load(); c != nil && same(c.settings, settings) {
		return
	}
	s.withdraw()
	ctx, end := context.WithCancel(s.life)
	c := &candidate{settings: settings, since: time.Now(), graph: s.newGraph(settings), end: end}
	s.candidate.Store(c)
	s.log.Info("the settings name another tenant, application, secret or cloud; the last good ones stay in use until Microsoft accepts them")
	s.checking.Go(func() { s.attempt(ctx, c) })
}

// withdraw forgets the candidate. The lock of the settings is held.
func (s *Service) withdraw() {
	if c := s.candidate.Swap(nil); c != nil {
		c.end()
		c.graph.Close()
	}
}

// attempt uses a candidate's credentials until Microsoft accepts them or there is another candidate.
func (s *Service) attempt(ctx context.Context, c *candidate) {
	for wait := firstAttempt; ; wait = min(2*wait, slowestAttempt) {
		err := s.tryCandidate(ctx, c)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Warn("Microsoft does not accept the new settings, or could not be reached; the last good ones stay in use", "error", err, "again_in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// tryCandidate uses the credentials once and, when they are accepted, the settings.
func (s *Service) tryCandidate(ctx context.Context, c *candidate) error {
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := c.graph.CheckCredentials(limited); err != nil {
		return err
	}
	s.settings.Lock()
	defer s.settings.Unlock()
	if s.candidate.Load() != c {
		return nil // there are newer ones
	}
	s.candidate.Store(nil)
	return s.replace(c.settings, c.graph)
}

// PendingSettings are settings that are not in use yet.
type PendingSettings struct {
	Since time.Time `json:"since"`
	Keys  []string  `json:"keys"`
	Error string    `json:"error,omitempty"` // of the last attempt
}

// describe says what of the settings in use the candidate would change.
func (c *candidate) describe(u *used) *PendingSettings {
	p := &PendingSettings{Since: c.since.UTC(), Keys: orEmpty(identityOf(c.settings).changed(identityOf(u.settings)))}
	if last := c.graph.Credentials(); last.Err != nil {
		p.Error = last.Err.Error()
	}
	return p
}
