// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"cmp"
	"time"
)

// Settings are the limits of delivery. The defaults are Graph's where Graph documents them; tests shorten them.
type Settings struct {
	AnswerLimit   time.Duration // how long an endpoint may take at the first attempt; 3 s
	RetryLimit    time.Duration // and at a repeated one; 10 s
	HandshakeTime time.Duration // and for the validation handshake; 10 s
	RetryBase     time.Duration // wait before the second attempt, doubled for each further one; 1 s
	RetryMax      time.Duration // the longest wait between two attempts; 5 min
	RetryFor      time.Duration // on the emulator's clock, how long a notification is worth retrying; 4 h
	MaxBatch      int           // notifications in one request at most; 50
	Concurrency   int           // requests to one endpoint at a time; 8
	AccessFor     time.Duration // how long the access that a subscription rests on lasts; 1 h
	// OrganizationQuota is how many Teams subscriptions one tenant may hold over all applications; 10,000.
	OrganizationQuota int
	// Metered has subscriptions to all channels or chats cost what they did until 2025-08-25: model B needs a billing
	// account, model A a licence that nobody has, and without a model only EvaluationQuota notifications are sent a month.
	Metered         bool
	EvaluationQuota int // 500
	// TokenVersion is the version of validation tokens, 1 or 2; 0 alternates from request to request.
	TokenVersion int
	// CertificateFixed has updates leave a subscription's certificate as it is, without an error.
	CertificateFixed bool
}

func (s Settings) withDefaults() Settings {
	return Settings{
		AnswerLimit:       cmp.Or(s.AnswerLimit, 3*time.Second),
		RetryLimit:        cmp.Or(s.RetryLimit, 10*time.Second),
		HandshakeTime:     cmp.Or(s.HandshakeTime, 10*time.Second),
		RetryBase:         cmp.Or(s.RetryBase, time.Second),
		RetryMax:          cmp.Or(s.RetryMax, 5*time.Minute),
		RetryFor:          cmp.Or(s.RetryFor, 4*time.Hour),
		MaxBatch:          cmp.Or(s.MaxBatch, 50),
		Concurrency:       cmp.Or(s.Concurrency, 8),
		AccessFor:         cmp.Or(s.AccessFor, time.Hour),
		OrganizationQuota: cmp.Or(s.OrganizationQuota, 10_000),
		Metered:           s.Metered,
		EvaluationQuota:   cmp.Or(s.EvaluationQuota, 500),
		TokenVersion:      s.TokenVersion,
		CertificateFixed:  s.CertificateFixed,
	}
}

// Settings returns the settings in force.
func (s *Subscriptions) Settings() Settings {
	return *s.settings.Load()
}

// SetSettings replaces the settings; zero fields take their default. Waits that run already are not changed.
func (s *Subscriptions) SetSettings(settings Settings) {
	settings = settings.withDefaults()
	s.settings.Store(&settings)
}
