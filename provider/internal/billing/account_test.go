// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package billing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

var demoAccount = billing.AccountID{SubscriptionID: "33333333-3333-4333-8333-333333333333", ResourceGroup: "msteams-sync", Name: "bridge"}

// cloudClock sleeps by moving the emulated cloud's clock.
type cloudClock struct{ cloud *emulator.Server }

func (c cloudClock) Now() time.Time { return c.cloud.Clock().Now() }

func (c cloudClock) Sleep(ctx context.Context, d time.Duration) error {
	c.cloud.Clock().Shift(d)
	return ctx.Err()
}

func newClient(t *testing.T, cloud *emulator.Server) *billing.Client {
	t.Helper()
	policy := consistency.Policy{Timeout: time.Minute, Clock: cloudClock{cloud}}
	credential, err := entra.Login{
		TenantID: cloud.Directory().Tenant().ID, ClientID: directory.DemoProvisionerAppID, ClientSecret: "emulator-provisioner-secret",
		LoginURL: cloud.URL(), Custom: true, Base: cloud.HTTPClient().Transport, Policy: policy,
	}.Credential()
	if err != nil {
		t.Fatal(err)
	}
	client, err := billing.New(billing.Config{
		Credential: credential, Endpoint: cloud.URL(), Audience: cloud.URL(), Base: cloud.HTTPClient().Transport, Policy: policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestAccountLifecycle(t *testing.T) {
	for name, rules := range map[string][]faults.Rule{
		"nothing goes wrong":             nil,
		"every request throttled once":   {{Effect: faults.Throttle, RetryAfter: faults.Duration(2 * time.Second), OncePerRequest: true}},
		"writes fail after their effect": {{Effect: faults.Status, Status: 503, Route: "PUT /subscriptions/**", AfterCommit: true, OncePerRequest: true}},
		"answers are dropped":            {{Effect: faults.Drop, Route: "PUT /subscriptions/**", AfterCommit: true, OncePerRequest: true}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := emulator.Start(t)
			for _, rule := range rules {
				if _, err := cloud.Faults().Add(rule); err != nil {
					t.Fatal(err)
				}
			}
			ctx, client := t.Context(), newClient(t, cloud)
			if _, err := client.Get(ctx, demoAccount); !billing.IsNotFound(err) {
				t.Fatalf("before: %v", err)
			}
			made, err := client.Put(ctx, demoAccount, billing.Account{ClientID: directory.DemoProvisionerAppID, Tags: map[string]string{"team": "chat"}})
			if err != nil || made.BillingPlanID == "" || made.ProvisioningState != "Succeeded" {
				t.Fatalf("put: %+v, %v", made, err)
			}
			if list, err := client.List(ctx, demoAccount.SubscriptionID); err != nil || len(list) != 1 || !list[0].ID.Same(demoAccount) || list[0].ClientID != directory.DemoProvisionerAppID {
				t.Fatalf("list: %+v, %v", list, err)
			}
			if err := client.SetTags(ctx, demoAccount, map[string]string{"team": "ops"}); err != nil {
				t.Fatal("tags:", err)
			}
			if now, err := client.Get(ctx, demoAccount); err != nil || len(now.Tags) != 1 || now.Tags["team"] != "ops" || now.ClientID != directory.DemoProvisionerAppID {
				t.Fatalf("get: %+v, %v", now, err)
			}
			for range 2 { // the second time there is nothing left to delete
				if err := client.Delete(ctx, demoAccount); err != nil {
					t.Fatal("delete:", err)
				}
			}
			if _, err := client.Get(ctx, demoAccount); !billing.IsNotFound(err) {
				t.Fatalf("after: %v", err)
			}
		})
	}
}

func TestErrorsSayHowToMend(t *testing.T) {
	client := newClient(t, emulator.Start(t))
	elsewhere := demoAccount
	elsewhere.ResourceGroup = "nowhere"
	_, err := client.Put(t.Context(), elsewhere, billing.Account{ClientID: directory.DemoProvisionerAppID})
	for _, words := range []string{"PUT /subscriptions/", "HTTP 404", "ResourceGroupNotFound", "Create the resource group first"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
}

func TestAccountIDs(t *testing.T) {
	id, err := billing.ParseAccountID("/SUBSCRIPTIONS/s/resourcegroups/G/providers/microsoft.graphservices/ACCOUNTS/n")
	if err != nil || id != (billing.AccountID{SubscriptionID: "s", ResourceGroup: "G", Name: "n"}) {
		t.Errorf("%+v, %v", id, err)
	}
	if again, err := billing.ParseAccountID(demoAccount.String()); err != nil || again != demoAccount {
		t.Errorf("%+v, %v", again, err)
	}
	for _, wrong := range []string{"", "bridge", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/n"} {
		if _, err := billing.ParseAccountID(wrong); err == nil {
			t.Errorf("%q was taken for an account", wrong)
		}
	}
}
