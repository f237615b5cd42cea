// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package service_test

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// configured is a server whose settings can be changed.
type configured struct {
	api
	mu       sync.Mutex
	settings map[string]any
}

func (c *configured) GetConfig() *model.Config {
	m := &model.Config{}
	site := "https://chat.example.com"
	m.ServiceSettings.SiteURL = &site
	return m
}

func (c *configured) LoadPluginConfiguration(dest any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	document, err := json.Marshal(c.settings)
	if err != nil {
		return err
	}
	return json.Unmarshal(document, dest)
}

// running is a service that works with a tenant.
type running struct {
	t      *testing.T
	server *configured
	tenant *teamstest.Tenant
	*service.Service
}

func run(t *testing.T) *running {
	t.Helper()
	tenant := teamstest.Start(t)
	r := &running{t: t, tenant: tenant, server: &configured{settings: map[string]any{
		"tenantid": directory.DemoTenantID, "clientid": teamstest.ClientID, "clientsecret": teamstest.Secret, "encryptionkey": strings.Repeat("k", 32),
		"webhooksecret": strings.Repeat("w", 32), "cloud": "custom", "loginurl": tenant.URL(), "graphurl": tenant.URL(), "cacertificates": string(tenant.CAPEM()),
	}}}
	r.server.driver, r.server.dataSource = "postgres", storetest.NewDatabase(t)
	s, err := start(t, r.server)
	if err != nil {
		t.Fatal(err)
	}
	r.Service = s
	r.until("it works", func(s service.Status) bool { return s.Bridging && s.Credentials.State == "accepted" })
	return r
}

func (r *running) set(settings map[string]any) {
	r.t.Helper()
	r.server.mu.Lock()
	for key, value := range settings {
		r.server.settings[key] = value
	}
	r.server.mu.Unlock()
	if err := r.Reload(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) until(what string, ok func(service.Status) bool) service.Status {
	r.t.Helper()
	var status service.Status
	storetest.Eventually(r.t, what, func() bool {
		status = r.Status(r.t.Context())
		return ok(status)
	})
	return status
}

// newSecret makes another client secret in the tenant.
func (r *running) newSecret() string {
	r.t.Helper()
	app, ok := r.tenant.Directory().ApplicationByAppID(teamstest.ClientID)
	if !ok {
		r.t.Fatal("the tenant has no such application")
	}
	password, err := r.tenant.Directory().AddPassword(app.ID, directory.NewPassword{})
	if err != nil {
		r.t.Fatal(err)
	}
	return *password.SecretText
}

// TestASecretThatMicrosoftRefusesIsNotUsed: the last good one is, and the status says so.
func TestASecretThatMicrosoftRefusesIsNotUsed(t *testing.T) {
	r := run(t)
	before := r.Status(t.Context())
	r.set(map[string]any{"clientsecret": "wrong-but-well-formed"})
	refused := r.until("refused", func(s service.Status) bool { return s.PendingSettings != nil && s.PendingSettings.Error != "" })
	if p := refused.PendingSettings; !slices.Equal(p.Keys, []string{"clientSecret"}) || !strings.Contains(p.Error, "AADSTS7000215") || strings.Contains(p.Error, "wrong-but-well-formed") {
		t.Errorf("pending %+v", p)
	}
	if !refused.Bridging || !refused.SettingsSince.Equal(*before.SettingsSince) || refused.Credentials.State != "refused" {
		t.Errorf("the last good settings are not in use: %+v", refused)
	}
	r.set(map[string]any{"clientsecret": r.newSecret()})
	if after := r.until("accepted", func(s service.Status) bool { return s.PendingSettings == nil }); !after.SettingsSince.After(*before.SettingsSince) || after.Credentials.State != "accepted" {
		t.Errorf("the new secret is not in use: %+v", after)
	}
}

// TestNewSettingsAreTriedAgain: a fresh secret may be known to Microsoft only a moment later.
func TestNewSettingsAreTriedAgain(t *testing.T) {
	r := run(t)
	fault, err := r.tenant.Faults().Add(faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /*/oauth2/v2.0/token", Next: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.set(map[string]any{"clientsecret": r.newSecret()})
	r.until("refused", func(s service.Status) bool { return s.PendingSettings != nil && s.PendingSettings.Error != "" })
	r.until("accepted", func(s service.Status) bool { return s.PendingSettings == nil && s.Credentials.State == "accepted" })
	if rule, err := r.tenant.Faults().Rule(fault.ID); err != nil || rule.Struck != 1 {
		t.Errorf("the fault struck %d times, %v", rule.Struck, err)
	}
}

// TestSettingsThatAreTakenBackAreForgotten, and so are those that others follow.
func TestSettingsThatAreTakenBackAreForgotten(t *testing.T) {
	r := run(t)
	before := r.Status(t.Context())
	r.set(map[string]any{"graphurl": "https://127.0.0.1:1", "loginurl": "https://127.0.0.1:1"})
	if s := r.until("refused", func(s service.Status) bool { return s.PendingSettings != nil && s.PendingSettings.Error != "" }); !slices.Equal(s.PendingSettings.Keys, []string{"loginUrl", "graphUrl"}) {
		t.Errorf("pending %+v", s.PendingSettings)
	}
	r.set(map[string]any{"tenantid": "not a tenant"})
	if s := r.Status(t.Context()); s.State != service.BadSettings || s.PendingSettings != nil || !s.Bridging {
		t.Errorf("status %+v", s)
	}
	r.set(map[string]any{"graphurl": r.tenant.URL(), "loginurl": r.tenant.URL(), "tenantid": directory.DemoTenantID})
	if s := r.Status(t.Context()); s.State != service.Running || s.PendingSettings != nil || !s.SettingsSince.Equal(*before.SettingsSince) {
		t.Errorf("status %+v", s)
	}
}

// TestStoppingDoesNotWaitForTheDatabase: one that takes connections and says nothing holds nobody up.
func TestStoppingDoesNotWaitForTheDatabase(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	asked := make(chan net.Conn, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked <- conn
		}
	}()
	s := made(t, &api{driver: "postgres", dataSource: "postgres://mmuser@" + listener.Addr().String() + "/mattermost?sslmode=disable"})
	started := make(chan error, 1)
	go func() { started <- s.Start() }()
	conn := <-asked
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("stop: %v, %v", err, ctx.Err())
	}
	select {
	case err := <-started:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("the start goes on")
	}
}
