// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"context"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// cloudClock sleeps by moving the emulated cloud's clock, so that lag passes without a wait.
type cloudClock struct{ cloud *emulator.Server }

func (c cloudClock) Now() time.Time { return c.cloud.Clock().Now() }

func (c cloudClock) Sleep(ctx context.Context, d time.Duration) error {
	c.cloud.Clock().Shift(d)
	return ctx.Err()
}

func policyFor(cloud *emulator.Server) consistency.Policy {
	return consistency.Policy{Timeout: time.Minute, Clock: cloudClock{cloud}}
}

// login is the provisioner's log-in to the emulated cloud, without a credential.
func login(cloud *emulator.Server) entra.Login {
	return entra.Login{
		TenantID: cloud.Directory().Tenant().ID, ClientID: directory.DemoProvisionerAppID, LoginURL: cloud.URL(), Custom: true,
		Base: cloud.HTTPClient().Transport, Policy: policyFor(cloud),
	}
}

func newClient(t *testing.T, cloud *emulator.Server, how entra.Login) *entra.Client {
	t.Helper()
	credential, err := how.Credential()
	if err != nil {
		t.Fatal(err)
	}
	client, err := entra.New(entra.Config{
		TenantID: how.TenantID, Credential: credential, LoginURL: cloud.URL(), GraphURL: cloud.URL(),
		Base: cloud.HTTPClient().Transport, Policy: policyFor(cloud), UserAgent: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// provisioner is a client with the demo tenant's provisioning secret.
func provisioner(t *testing.T, cloud *emulator.Server) *entra.Client {
	t.Helper()
	how := login(cloud)
	how.ClientSecret = "emulator-provisioner-secret"
	return newClient(t, cloud, how)
}

func guideIDs(kind catalog.Kind) []string {
	var ids []string
	for _, name := range catalog.Guide(kind) {
		p, _ := catalog.Lookup(kind, name)
		ids = append(ids, p.ID)
	}
	return ids
}
