// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestConfigureReadsMattermostsDataSources(t *testing.T) {
	for _, dataSource := range []string{
		"postgres://mmuser:pw@db:5432/mattermost?sslmode=disable&connect_timeout=10&binary_parameters=yes",
		"postgresql://mmuser:pw@db:5432/mattermost",
		"host=db port=5432 user=mmuser password=pw dbname=mattermost sslmode=disable binary_parameters=yes",
	} {
		config, err := configure(dataSource)
		if err != nil {
			t.Errorf("%s: %v", dataSource, err)
			continue
		}
		c := config.ConnConfig
		if c.Host != "db" || c.User != "mmuser" || c.Database != "mattermost" || len(c.RuntimeParams) != 0 {
			t.Errorf("%s: host %q, user %q, database %q, parameters %v", dataSource, c.Host, c.User, c.Database, c.RuntimeParams)
		}
	}
}

func TestConfigureRefusesOtherDatabases(t *testing.T) {
	for _, dataSource := range []string{"mmuser:pw@tcp(db:3306)/mattermost?charset=utf8mb4", "mysql://mmuser:pw@db/mattermost"} {
		if _, err := configure(dataSource); err == nil || !strings.Contains(err.Error(), "not PostgreSQL") || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: %v", dataSource, err)
		}
	}
	if _, err := configure("postgres://mmuser:pw@db:port/mattermost"); err == nil || strings.Contains(err.Error(), "pw") {
		t.Errorf("a broken data source: %v", err)
	}
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	if _, err := readMigrations(migrations); err != nil {
		t.Error(err)
	}
	for name, files := range map[string]fstest.MapFS{
		"a gap":     {"migrations/0001_a.sql": {}, "migrations/0003_b.sql": {}},
		"a twin":    {"migrations/0001_a.sql": {}, "migrations/0001_b.sql": {}},
		"no number": {"migrations/first.sql": {}},
	} {
		if _, err := readMigrations(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
