// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"net/http"
	"strings"
	"time"
)

// Until 2025-08-25 subscriptions to all channels or chats of a tenant, or to all chats of a user, were metered (Graph docs, "teams-licenses"); what
// Settings.Metered brings back. Those to one channel or chat never were.

// capacity is what the evaluation model counts for: an application in a tenant, in a month of UTC.
type capacity struct {
	tenant, app string
	year        int
	month       time.Month
}

// metered tells whether a subscription costs something where metering is in force.
func (r Resource) metered() bool {
	return r.Pattern == AllChannels || r.Pattern == AllChats || r.Pattern == UserChats
}

// modelOf is the billing model that a resource names; empty is evaluation.
func modelOf(resource string) string {
	_, query, _ := strings.Cut(resource, "?")
	return strings.TrimPrefix(query, "model=")
}

// pays refuses a metered subscription whose model the owner cannot use. The status is documented, the code is not.
func (s *Subscriptions) pays(sub *subscription) error {
	if !s.Settings().Metered || !sub.watches.metered() {
		return nil
	}
	refused := func(text string) error { return refuse(http.StatusPaymentRequired, "PaymentRequired", "%s", text) }
	switch modelOf(sub.Resource) {
	case "A":
		return refused("The tenant needs a valid license to access this API. See https://aka.ms/teams-api-payment-requirements for details.")
	case "B":
		if s.config.Billed == nil || !s.config.Billed(sub.owner) {
			return refused("To call this API, the app must be associated with an Azure subscription, see https://aka.ms/teams-api-payment-requirements for details.")
		}
	}
	return nil
}

// overCapacity counts a notification of the evaluation model and tells whether it is one too many: it is not sent then, and
// nobody is told. The caller holds the lock.
func (s *Subscriptions) overCapacity(sub *subscription, now time.Time) bool {
	settings := s.Settings()
	if !settings.Metered || !sub.watches.metered() || modelOf(sub.Resource) != "" {
		return false
	}
	now = now.UTC()
	of := capacity{sub.owner.TenantID, sub.owner.AppID, now.Year(), now.Month()}
	if s.evaluated[of] >= settings.EvaluationQuota {
		s.overQuota++
		return true
	}
	s.evaluated[of]++
	return false
}
