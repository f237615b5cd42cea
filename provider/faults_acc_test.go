// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

// TestAccEverythingUnderFaults: whatever Microsoft's side does, one apply of everything that can be declared ends right,
// nothing is there twice, the plan is empty afterwards, and a destroy leaves nothing.
func TestAccEverythingUnderFaults(t *testing.T) {
	site := newDeclaredSite(t, "faulty")
	site.environment = append(site.environment, "TF_LOG=off")
	for name, rules := range map[string][]faults.Rule{
		"everything lags": {
			{Effect: faults.Lag, Collection: "*", Delay: faults.Duration(2 * time.Second)},
			{Effect: faults.ListLag, Collection: "*", Delay: faults.Duration(3 * time.Second)},
		},
		"every request is throttled once":            {{Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second), OncePerRequest: true}},
		"every request fails once before its effect": {{Effect: faults.Status, Status: http.StatusServiceUnavailable, OncePerRequest: true}},
		"every request fails once after its effect":  {{Effect: faults.Status, Status: http.StatusInternalServerError, AfterCommit: true, OncePerRequest: true}},
		"every request is dropped after its effect":  {{Effect: faults.Drop, AfterCommit: true, OncePerRequest: true}},
	} {
		t.Run(name, func(t *testing.T) {
			site.on(t)
			t.Cleanup(func() { shared.Emulator.Faults().Clear() })
			for _, rule := range rules {
				if _, err := shared.Emulator.Faults().Add(rule); err != nil {
					t.Fatal(err)
				}
			}
			site.run("apply", "-auto-approve", "-no-color")
			for _, rule := range shared.Emulator.Faults().Rules() {
				if rule.Struck == 0 {
					t.Errorf("the fault %s never struck, so this proves nothing", rule.Effect)
				}
			}
			shared.Emulator.Faults().Clear()
			if seen := site.plan(); len(seen) > 0 {
				t.Errorf("after the apply the plan changes %v\n%s", seen, site.output.Bytes())
			}
			site.isThereOnce()
			site.run("destroy", "-auto-approve", "-no-color")
			site.isGone()
			shared.Emulator.Directory().PurgeAll() // else the next apply would restore instead of making anew
		})
	}
}

// isThereOnce looks for doubles of everything that has a name which Microsoft lets occur twice.
func (s *declaredSite) isThereOnce() {
	s.t.Helper()
	registered := s.entra.application(s.name) // fails unless there is exactly one
	if secrets := registered["passwordCredentials"].([]any); len(secrets) != 1 {
		s.t.Errorf("the registration has %d client secrets", len(secrets))
	}
	if _, ok := shared.Emulator.Directory().User(s.bot); !ok {
		s.t.Errorf("there is no account %s", s.bot)
	}
	g := granted{s.entra, s.entra.principal(registered["appId"])["id"], nil}
	if grants := g.grants(); len(grants) != 1 {
		s.t.Errorf("there are %d grants: %v", len(grants), grants)
	}
	if roles := g.assignments(); len(roles) != 7 {
		s.t.Errorf("%d app roles are assigned", len(roles))
	}
}

// isGone looks for what a destroy has left.
func (s *declaredSite) isGone() {
	s.t.Helper()
	for _, app := range shared.Emulator.Directory().Applications() {
		if app.DisplayName == s.name {
			s.t.Errorf("the registration %s is left", app.AppID)
		}
	}
	if _, ok := shared.Emulator.Directory().User(s.bot); ok {
		s.t.Errorf("the account %s is left", s.bot)
	}
	account := fmt.Sprintf("/subscriptions/%s/resourceGroups/msteams-sync/providers/Microsoft.GraphServices/accounts/%s%s", subscriptionID, s.name, accountsAPI)
	if status, _ := s.entra.try(http.MethodGet, account, nil); status != http.StatusNotFound {
		s.t.Errorf("the billing account is left: HTTP %d", status)
	}
	if version := s.server.installed(); version != "" {
		s.t.Errorf("version %s of the plugin is left", version)
	}
	for key := range s.server.stored() {
		if strings.Contains(key, "secret") || strings.Contains(key, "key") {
			s.t.Errorf("the setting %s is left", key)
		}
	}
}
