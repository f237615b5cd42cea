// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package service_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// api is a server without settings, whose database may be out of reach.
type api struct {
	plugin.API
	driver, dataSource string
}

func (a *api) GetUser(id string) (*model.User, *model.AppError) { return &model.User{Id: id}, nil }

func (a *api) GetUnsanitizedConfig() *model.Config {
	c := &model.Config{}
	c.SqlSettings.DriverName, c.SqlSettings.DataSource = &a.driver, &a.dataSource
	return c
}
func (a *api) GetConfig() *model.Config { return &model.Config{} }
func (a *api) LoadPluginConfiguration(dest any) error {
	return json.Unmarshal([]byte(`{"tenantid":""}`), dest)
}
func (a *api) RegisterCommand(*model.Command) error     { return nil }
func (a *api) EnsureBotUser(*model.Bot) (string, error) { return "bot", nil }
func (a *api) LogDebug(string, ...any)                  {}
func (a *api) LogInfo(string, ...any)                   {}
func (a *api) LogWarn(string, ...any)                   {}
func (a *api) LogError(string, ...any)                  {}

// made is a service that has read its settings.
func made(t *testing.T, a plugin.API) *service.Service {
	t.Helper()
	manifest, err := os.ReadFile("../plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := service.New(a, manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t *testing.T, a plugin.API) (*service.Service, error) {
	t.Helper()
	s := made(t, a)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return s, s.Start()
}

func TestAnotherDatabaseThanPostgreSQLIsRefused(t *testing.T) {
	_, err := start(t, &api{driver: "mysql", dataSource: "mmuser:secret-of-the-database@tcp(db:3306)/mattermost"})
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL") || strings.Contains(err.Error(), "secret-of-the-database") {
		t.Errorf("error = %v", err)
	}
}

// TestAnUnreachableDatabaseIsTriedAgain: the plugin starts all the same, says why, and works when the database is there.
func TestAnUnreachableDatabaseIsTriedAgain(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(dsn, "/"+config.Database, "/"+config.Database+"_later", 1)
	s, err := start(t, &api{driver: "postgres", dataSource: later})
	if err != nil {
		t.Fatal(err)
	}
	status := s.Status(t.Context())
	if status.State != service.NoDatabase || !strings.Contains(status.Error, "_later") {
		t.Errorf("status %+v", status)
	}
	if answer := s.Execute("user", "channel", "/msteams-sync status"); !strings.Contains(answer, "database") {
		t.Errorf("the command answers %q", answer)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+config.Database+"_later"); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the plugin wants settings", func() bool { return s.Status(t.Context()).State == service.NotConfigured })
}
