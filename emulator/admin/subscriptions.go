// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
)

func (a *api) listSubscriptions(*http.Request) (any, error) { return a.Subscriptions.All(), nil }

func (a *api) expireSubscription(r *http.Request) (any, error) {
	return nil, a.Subscriptions.Expire(r.PathValue("id"))
}

func (a *api) announce(r *http.Request) (any, error) {
	var body struct {
		Event notify.LifecycleEvent `json:"event"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	return nil, a.Subscriptions.Announce(r.PathValue("id"), body.Event)
}

// deliveryView is notify.Settings with durations as text.
type deliveryView struct {
	AnswerLimit       faults.Duration `json:"answerLimit"`
	RetryLimit        faults.Duration `json:"retryLimit"`
	HandshakeTime     faults.Duration `json:"handshakeTime"`
	RetryBase         faults.Duration `json:"retryBase"`
	RetryMax          faults.Duration `json:"retryMax"`
	RetryFor          faults.Duration `json:"retryFor"`
	MaxBatch          int             `json:"maxBatch"`
	Concurrency       int             `json:"concurrency"`
	AccessFor         faults.Duration `json:"accessFor"`
	OrganizationQuota int             `json:"organizationQuota"`
	Metered           bool            `json:"metered"`
	EvaluationQuota   int             `json:"evaluationQuota"`
	TokenVersion      int             `json:"tokenVersion"`
	CertificateFixed  bool            `json:"certificateFixed"`
}

func (a *api) showDelivery(*http.Request) (any, error) {
	s := a.Subscriptions.Settings()
	return deliveryView{
		AnswerLimit: faults.Duration(s.AnswerLimit), RetryLimit: faults.Duration(s.RetryLimit), HandshakeTime: faults.Duration(s.HandshakeTime),
		RetryBase: faults.Duration(s.RetryBase), RetryMax: faults.Duration(s.RetryMax), RetryFor: faults.Duration(s.RetryFor),
		MaxBatch: s.MaxBatch, Concurrency: s.Concurrency, AccessFor: faults.Duration(s.AccessFor), OrganizationQuota: s.OrganizationQuota,
		Metered: s.Metered, EvaluationQuota: s.EvaluationQuota,
		TokenVersion: s.TokenVersion, CertificateFixed: s.CertificateFixed,
	}, nil
}

func (a *api) setDelivery(r *http.Request) (any, error) {
	var v deliveryView
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	if min(v.AnswerLimit, v.RetryLimit, v.HandshakeTime, v.RetryBase, v.RetryMax, v.RetryFor, v.AccessFor) < 0 || min(v.MaxBatch, v.Concurrency, v.OrganizationQuota, v.EvaluationQuota) < 0 {
		return nil, bad("The limits of delivery must not be negative.")
	}
	if v.TokenVersion < 0 || v.TokenVersion > 2 {
		return nil, bad("tokenVersion must be 1, 2, or 0 for both in turn, not %d.", v.TokenVersion)
	}
	a.Subscriptions.SetSettings(notify.Settings{
		AnswerLimit: time.Duration(v.AnswerLimit), RetryLimit: time.Duration(v.RetryLimit), HandshakeTime: time.Duration(v.HandshakeTime),
		RetryBase: time.Duration(v.RetryBase), RetryMax: time.Duration(v.RetryMax), RetryFor: time.Duration(v.RetryFor),
		MaxBatch: v.MaxBatch, Concurrency: v.Concurrency, AccessFor: time.Duration(v.AccessFor), OrganizationQuota: v.OrganizationQuota,
		Metered: v.Metered, EvaluationQuota: v.EvaluationQuota,
		TokenVersion: v.TokenVersion, CertificateFixed: v.CertificateFixed,
	})
	return a.showDelivery(r)
}

func (a *api) deliveries(r *http.Request) (any, error) {
	if text := r.URL.Query().Get("settled"); text != "" {
		patience, err := time.ParseDuration(text)
		if err != nil {
			return nil, bad("settled must be a duration such as 30s, not %q.", text)
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		if err := a.Subscriptions.Settled(ctx); err != nil {
			return nil, &problem{http.StatusGatewayTimeout, err.Error()}
		}
	}
	return struct {
		Counts notify.Counts     `json:"counts"`
		Latest []notify.Delivery `json:"latest"`
	}{a.Subscriptions.Counts(), a.Subscriptions.Deliveries()}, nil
}
