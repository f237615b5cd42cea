// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// readiness looks at both sides of a bridge. What cannot be looked at is not in order: it never fails as a whole. A side
// without credentials is another team's; what only that side knows is skipped.
type readiness struct {
	clients *clients
	now     time.Time
	days    int64 // how long a credential must still be valid

	siteURL, clientID, bot string // as configured; empty = as the plugin and its server say

	server    *serverSide
	directory *directorySide
}

// serverSide is what Mattermost and the plugin say; nil while nobody asked.
type serverSide struct {
	err      error // why the server cannot be asked
	siteURL  string
	settings mattermost.Settings
	status   pluginStatus
}

// directorySide is what Microsoft says about the application.
type directorySide struct {
	err error // why the application cannot be read
	app entra.Application
}

// finding is what came of one check.
type finding struct {
	skipped bool
	ok      bool
	detail  string // what was found
	fix     string // what to do about it; empty when it is in order
}

func good(format string, args ...any) finding {
	return finding{ok: true, detail: fmt.Sprintf(format, args...)}
}

func bad(fix, format string, args ...any) finding {
	return finding{detail: fmt.Sprintf(format, args...), fix: fix}
}

// readinessCheck is one thing that a bridge needs.
type readinessCheck struct {
	name    string
	inOrder string // what it means that it is in order, for the documentation
	look    func(context.Context, *readiness) finding
}

// readinessChecks are in the order in which an operator mends them.
func readinessChecks() []readinessCheck {
	return []readinessCheck{
		{"plugin", "the plugin runs on every node of the server, answers, and has all settings that it needs", checkPlugin},
		{"redirect_uri", "the registration lists the redirect URI of the server's site URL, and `site_url` is the server's", checkRedirectURI},
		{"credential", "a client secret or certificate of the registration stays valid for `credential_days`, and Microsoft gives the plugin a token for the one that it has", checkCredential},
		{"consent", "everything that the registration requests at Microsoft Graph, delegated and application permissions, is granted for the whole tenant", checkConsent},
		{"billing", "the billing account, if the plugin names the metered model and the provider has a subscription to look in, is linked to the application and provisioned; Microsoft has metered no Teams API since 2025-08-25, so a bridge works without", checkBilling},
		{"webhook", "the plugin's address for change notifications answers through everything that stands before the server", checkWebhook},
		{"bot", "the bot account is enabled, has a licence with Microsoft Teams, and is connected in the plugin", checkBot},
		{"subscriptions", "every linked channel has an active subscription to change notifications", checkSubscriptions},
	}
}

// needServer asks the Mattermost side once. ok is false when the check ends with f.
func (r *readiness) needServer(ctx context.Context) (f finding, ok bool) {
	if r.clients.mattermost == nil {
		return missingSide(r.clients.mattermostUnknown), false
	}
	if r.server == nil {
		r.server = r.askServer(ctx)
	}
	if r.server.err != nil {
		return bad("Make the Mattermost server answer the provider; the detail says what is in the way.", "The Mattermost server cannot be asked: %s", r.server.err), false
	}
	return finding{}, true
}

func (r *readiness) askServer(ctx context.Context) *serverSide {
	server, side := r.clients.mattermost, &serverSide{}
	facts, err := server.Facts(ctx)
	side.siteURL = facts.SiteURL
	if err == nil {
		side.settings, err = server.Settings(ctx)
	}
	if err == nil {
		side.status, err = readPluginStatus(ctx, server)
	}
	side.err = err
	return side
}

// needPlugin is needServer for what only the plugin knows.
func (r *readiness) needPlugin(ctx context.Context) (f finding, ok bool) {
	if f, ok = r.needServer(ctx); !ok {
		return f, false
	}
	if r.server.status.State == nil {
		return pluginSilent(r.server.status), false
	}
	return finding{}, true
}

func pluginSilent(status pluginStatus) finding {
	return bad("Have the plugin run first; the check plugin says what it takes.", "The plugin cannot be asked. %s", orElse("", status.Error))
}

// missingSide is the finding for a side without a client: its credentials are not known yet, or belong to another team.
func missingSide(unknown []string) finding {
	if len(unknown) > 0 {
		return bad("Apply what the provider block depends on first.", "The provider arguments %s are not known yet.", strings.Join(unknown, ", "))
	}
	return finding{skipped: true}
}

// needApplication asks Microsoft about the application once. ok is false when the check ends with f.
func (r *readiness) needApplication(ctx context.Context) (app entra.Application, f finding, ok bool) {
	if r.clients.entra == nil {
		return app, missingSide(r.clients.azureUnknown), false
	}
	id, f, ok := r.application(ctx)
	if !ok {
		return app, f, false
	}
	if r.directory == nil {
		r.directory = &directorySide{}
		r.directory.app, r.directory.err = r.clients.entra.ApplicationByClientID(ctx, id)
	}
	switch err := r.directory.err; {
	case entra.IsNotFound(err):
		return app, bad("Declare msteamssync_application, or correct client_id.", "The tenant has no app registration with the client id %s.", id), false
	case err != nil:
		return app, unreadable("app registration", err), false
	}
	return r.directory.app, finding{}, true
}

// application is the configured client id, or the plugin's. ok is false when the check ends with f.
func (r *readiness) application(ctx context.Context) (id entra.ClientID, f finding, ok bool) {
	if r.clientID == "" && r.clients.mattermost != nil {
		if f, ok = r.needServer(ctx); !ok {
			return "", f, false
		}
		value, _ := r.server.settings.Lookup("clientId")
		r.clientID, _ = value.Text()
	}
	switch {
	case r.clientID != "":
		return entra.ClientID(r.clientID), finding{}, true
	case len(r.clients.mattermostUnknown) > 0:
		return "", missingSide(r.clients.mattermostUnknown), false
	}
	return "", bad("Give client_id, or have msteamssync_plugin_config tell the plugin which application it is.", "It is not known which application belongs to the bridge."), false
}

func unreadable(what string, err error) finding {
	fix := "Make Microsoft Graph answer the provider; the detail says what is in the way."
	if e, ok := errors.AsType[*entra.Error](err); ok && e.Hint() != "" {
		fix = e.Hint()
	}
	return bad(fix, "The %s cannot be read: %s", what, err)
}
