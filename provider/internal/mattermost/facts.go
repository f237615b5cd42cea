// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Facts are what the plugin needs to know about its server.
type Facts struct {
	Version  string // e.g. 11.1.0; empty if the server hides it
	SiteURL  string
	Database string // driver name: postgres, or mysql on older servers; empty if the account may not see it

	pluginsOff, uploadsOff, signatures bool
	url                                string
}

// Facts reads them.
func (s *Server) Facts(ctx context.Context) (Facts, error) {
	cfg, header, err := s.readConfig(ctx)
	if err != nil {
		return Facts{}, err
	}
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	return Facts{
		Version: serverVersion(header), SiteURL: cfg.ServiceSettings.SiteURL, Database: cfg.SqlSettings.DriverName,
		pluginsOff: is(cfg.PluginSettings.Enable, false), uploadsOff: is(cfg.PluginSettings.EnableUploads, false),
		signatures: is(cfg.PluginSettings.RequirePluginSignature, true), url: s.cfg.URL,
	}, nil
}

// serverVersion takes the version out of the header X-Version-Id: <version>.<build>.<hash>.<licensed>.
func serverVersion(header string) string {
	parts := strings.SplitN(header, ".", 4)
	if len(parts) < 3 {
		return ""
	}
	version := strings.Join(parts[:3], ".")
	if !semver.IsValid("v" + version) {
		return ""
	}
	return version
}

// Obstacles are the reasons why a bundle cannot be installed or the plugin cannot work on this server, each with what to
// do about it. minVersion is the manifest's min_server_version.
func (f Facts) Obstacles(minVersion string) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if f.Version != "" && minVersion != "" && semver.Compare("v"+f.Version, "v"+minVersion) < 0 {
		add("The server at %s is Mattermost %s; the plugin needs %s or newer. Upgrade the server.", f.url, f.Version, minVersion)
	}
	if f.Database != "" && f.Database != "postgres" {
		add("The server at %s runs on the database %q; the plugin keeps its message queues in Mattermost's PostgreSQL database and cannot use another. Migrate the server to PostgreSQL.", f.url, f.Database)
	}
	if f.pluginsOff {
		add("Plugins are switched off on %s. Set PluginSettings.Enable to true (System Console > Plugin Management).", f.url)
	}
	return found
}

// UploadObstacles are the reasons why the server takes no bundle.
func (f Facts) UploadObstacles() []string {
	var found []string
	if f.uploadsOff {
		found = append(found, fmt.Sprintf("The server at %s takes no plugin uploads. Set PluginSettings.EnableUploads to true in config.json, or MM_PLUGINSETTINGS_ENABLEUPLOADS=true in its environment, and restart it: Mattermost does not let an API or the System Console change this setting.", f.url))
	}
	if f.signatures {
		found = append(found, fmt.Sprintf("The server at %s demands signed plugins, and then takes no uploads at all. Set PluginSettings.RequirePluginSignature to false in config.json, or MM_PLUGINSETTINGS_REQUIREPLUGINSIGNATURE=false in its environment, and restart it.", f.url))
	}
	return found
}

// SiteURLProblem says what is wrong with the server's site URL, or "".
func (f Facts) SiteURLProblem() string {
	if f.SiteURL == "" {
		return fmt.Sprintf("The server at %s has no site URL (ServiceSettings.SiteURL), so nobody can connect an account and Microsoft Graph has no address to notify. Set it in System Console > Web Server.", f.url)
	}
	if _, err := catalog.NormalizeSiteURL(f.SiteURL); err != nil {
		return fmt.Sprintf("The site URL of the server at %s (ServiceSettings.SiteURL) does not work: %s.", f.url, err)
	}
	return ""
}
