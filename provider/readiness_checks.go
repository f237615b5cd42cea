// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

func checkPlugin(ctx context.Context, r *readiness) finding {
	if f, ok := r.needServer(ctx); !ok {
		return f
	}
	status := r.server.status
	switch {
	case status.State == nil || !status.Running:
		return bad("Declare msteamssync_plugin with enabled = true and apply; where it does not start, the server's log says why.", "%s", orElse("", status.Error))
	case len(status.MissingKeys) > 0:
		return bad("Give these settings in msteamssync_plugin_config; the client secret comes from msteamssync_client_secret.", "Settings are missing: %s.", strings.Join(status.MissingKeys, ", "))
	case len(status.Problems) > 0:
		return bad("Correct the settings in msteamssync_plugin_config; the plugin goes on with the last good ones.", "The setting %s cannot be used: %s.", status.Problems[0].Key, status.Problems[0].Message)
	case *status.State != "running" || status.Bridging == nil || !*status.Bridging:
		return bad("The server's log says why.", "The plugin runs, but carries no messages (%s). %s", *status.State, orElse("", status.Error))
	}
	return good("The plugin %s runs on %d of %[2]d nodes and carries messages.", *status.Version, len(status.Nodes))
}

func checkRedirectURI(ctx context.Context, r *readiness) finding {
	site := r.siteURL
	if r.clients.mattermost != nil {
		f, ok := r.needServer(ctx)
		switch {
		case !ok:
			return f
		case site == "":
			site = r.server.siteURL
		case !sameSiteURL(site, r.server.siteURL):
			return bad("Set site_url to the server's site URL, or ServiceSettings.SiteURL on the server to site_url.", "The server's site URL is %q, not %q.", r.server.siteURL, site)
		}
	}
	if r.clients.mattermost == nil && site == "" {
		if len(r.clients.mattermostUnknown) > 0 {
			return missingSide(r.clients.mattermostUnknown)
		}
		return finding{skipped: true}
	}
	want, err := catalog.RedirectURI(site)
	if err != nil {
		return bad("Set ServiceSettings.SiteURL on the server to its https address.", "No redirect URI follows from the site URL: %s.", err)
	}
	app, f, ok := r.needApplication(ctx)
	if !ok {
		return f
	}
	if !slices.Contains(app.RedirectURIs, want) {
		return bad(fmt.Sprintf("Set site_url = %q in msteamssync_application and apply.", site), "The registration %s lists %d redirect URIs of the platform Web, but not %s.", app.DisplayName, len(app.RedirectURIs), want)
	}
	return good("The registration lists %s.", want)
}

func checkCredential(ctx context.Context, r *readiness) finding {
	const fix = "Apply: msteamssync_client_secret makes and delivers a new client secret when the old one nears its end; a shorter rotation_triggers interval or a longer valid_for keeps it from happening."
	if r.clients.entra == nil && r.clients.mattermost == nil && len(r.clients.azureUnknown)+len(r.clients.mattermostUnknown) == 0 {
		return finding{skipped: true}
	}
	deadline := r.now.Add(time.Duration(r.days) * 24 * time.Hour)
	var details []string
	if r.clients.entra != nil || len(r.clients.azureUnknown) > 0 {
		app, f, ok := r.needApplication(ctx)
		if !ok {
			return f
		}
		end, err := r.clients.entra.LatestExpiry(ctx, app.ClientID)
		switch {
		case err != nil:
			return unreadable("app registration", err)
		case end.IsZero():
			return bad("Declare msteamssync_client_secret.", "The registration %s has neither a client secret nor a certificate.", app.DisplayName)
		case end.Before(deadline):
			return bad(fix, "The last credential of the registration %s ends on %s, in less than %d days.", app.DisplayName, timeText(end), r.days)
		}
		details = append(details, "The registration has a credential until "+timeText(end)+".")
	}
	if r.clients.mattermost != nil || len(r.clients.mattermostUnknown) > 0 {
		if f, ok := r.needPlugin(ctx); !ok {
			return f
		}
		if text := r.server.status.ClientSecretExpiresAt; text != nil {
			if end, err := time.Parse(time.RFC3339, *text); err == nil && end.Before(deadline) {
				return bad(fix, "The plugin's client secret ends on %s, in less than %d days.", timeText(end), r.days)
			}
			details = append(details, "The plugin's ends on "+*text+".")
		}
		f := r.tokenCheck(ctx)
		if !f.ok {
			return f
		}
		details = append(details, f.detail)
	}
	return good("%s", strings.Join(details, " "))
}

// tokenCheck has the plugin ask Microsoft for a new token.
func (r *readiness) tokenCheck(ctx context.Context) finding {
	found, f, ok := r.tryOut(ctx, r.clients.mattermost.CheckCredentials)
	if !ok {
		return f
	}
	if !found.OK {
		return bad("Check tenant_id, client_id and cloud of msteamssync_plugin_config, and have msteamssync_client_secret deliver a secret; the detail holds Microsoft's words.", "%s", found.Detail)
	}
	return good("%s", found.Detail)
}

// tryOut has the plugin try something out. ok is false when the check ends with f.
func (r *readiness) tryOut(ctx context.Context, do func(context.Context) (mattermost.Check, error)) (found mattermost.Check, f finding, ok bool) {
	found, err := do(ctx)
	switch {
	case errors.Is(err, mattermost.ErrPluginDown):
		return found, pluginSilent(r.server.status), false
	case mattermost.IsNotFound(err):
		return found, bad("Let msteamssync_plugin install the plugin that this provider carries.", "The installed plugin is too old to try this out."), false
	case err != nil:
		return found, bad("Make the Mattermost server answer the provider; the detail says what is in the way.", "The plugin cannot try this out: %s", err), false
	}
	return found, finding{}, true
}

func checkConsent(ctx context.Context, r *readiness) finding {
	app, f, ok := r.needApplication(ctx)
	if !ok {
		return f
	}
	principal, err := r.clients.entra.ServicePrincipalByClientID(ctx, app.ClientID)
	switch {
	case entra.IsNotFound(err):
		return bad("Apply msteamssync_application, which makes the service principal.", "The application %s has no service principal in the tenant.", app.DisplayName)
	case err != nil:
		return unreadable("service principal", err)
	case !principal.Enabled:
		return bad("Apply msteamssync_application, which enables the service principal.", "Sign-in to the application %s is disabled.", app.DisplayName)
	}
	granted, err := r.clients.entra.Consent(ctx, principal.ObjectID)
	if err != nil {
		return unreadable("consent", err)
	}
	missing := append(
		ungranted(catalog.Delegated, app.Delegated, delegatedSpelling, granted.Delegated),
		ungranted(catalog.Application, app.Application, applicationSpelling, permissionNames(catalog.Application, granted.Application))...)
	if len(missing) > 0 {
		return bad("Declare msteamssync_admin_consent, or have an administrator open the address of provider::msteamssync::admin_consent_url.", "Requested, but not granted for the tenant: %s.", strings.Join(missing, ", "))
	}
	return good("All %d delegated and %d application permissions that the registration requests are granted.", len(app.Delegated), len(app.Application))
}

// ungranted are the requested permissions, by id, that are not among the granted ones, by name.
func ungranted(kind catalog.Kind, requested []string, s spelling, granted []string) (missing []string) {
	have := s.normal(granted)
	for _, name := range permissionNames(kind, requested) {
		if !slices.Contains(have, s(name)) {
			missing = append(missing, fmt.Sprintf("%s (%s)", name, kind))
		}
	}
	return missing
}

func checkBilling(ctx context.Context, r *readiness) finding {
	const unmetered = "Microsoft has metered no Teams API since 2025-08-25."
	if r.clients.entra == nil && len(r.clients.azureUnknown) == 0 {
		return finding{skipped: true}
	}
	if f, ok := r.needServer(ctx); !ok {
		return f
	}
	if r.clients.entra == nil {
		return missingSide(r.clients.azureUnknown)
	}
	value, _ := r.server.settings.Lookup("evaluationAPI")
	if evaluates, _ := value.Bool(); evaluates {
		if e := r.server.status.Evaluation; e != nil && e.UsedUp {
			return good("The plugin names the evaluation model, whose budget of %d messages is used up this month: %d. Each linked channel has a subscription of its own until the next, which was never metered. %s", e.Budget, e.Messages, unmetered)
		}
		return good("The plugin names the evaluation model, which needs no billing account.")
	}
	if r.clients.subscriptionID == "" {
		return good("The plugin names the metered model, and the provider has no subscription to look for a billing account in. None is needed: %s", unmetered)
	}
	app, f, ok := r.needApplication(ctx)
	if !ok {
		return f
	}
	accounts, err := r.clients.billing.List(ctx, r.clients.subscriptionID)
	if err != nil {
		return bad("Give the identity that runs Terraform the role Reader on the subscription, or leave subscription_id out; the detail says what is in the way.", "The billing accounts of the subscription cannot be read: %s", err)
	}
	for _, account := range accounts {
		switch {
		case !strings.EqualFold(account.ClientID, string(app.ClientID)):
		case account.Works():
			return good("The billing account %s is linked to the application.", account.ID.Name)
		default:
			return bad("Remove the billing account and apply msteamssync_metered_billing.", "The billing account %s is linked to the application, but its provisioning ended with %s.", account.ID.Name, account.ProvisioningState)
		}
	}
	return bad("Declare msteamssync_metered_billing, or set billing_model = \"evaluation\" in msteamssync_plugin_config, or leave subscription_id out of the provider block.",
		"The plugin names the metered model, but no billing account of the subscription is linked to the application. %s", unmetered)
}

func checkWebhook(ctx context.Context, r *readiness) finding {
	if f, ok := r.needPlugin(ctx); !ok {
		return f
	}
	found, f, ok := r.tryOut(ctx, r.clients.mattermost.CheckWebhook)
	if !ok {
		return f
	}
	if !found.OK {
		return bad("Let the address be reached from the Internet by POST without a log-in, and correct ServiceSettings.SiteURL, the proxy or the certificate.", "%s", found.Detail)
	}
	return good("%s", found.Detail)
}

func checkBot(ctx context.Context, r *readiness) finding {
	if r.clients.entra == nil && r.clients.mattermost == nil && len(r.clients.azureUnknown)+len(r.clients.mattermostUnknown) == 0 {
		return finding{skipped: true}
	}
	name := r.bot
	if r.clients.mattermost != nil || len(r.clients.mattermostUnknown) > 0 {
		if f, ok := r.needPlugin(ctx); !ok {
			return f
		}
		bot, f, ok := connectedBot(r.server.status.Bots, name)
		if !ok {
			return f
		}
		if name == "" {
			name = bot.Email
		}
	}
	switch {
	case r.clients.entra == nil && len(r.clients.azureUnknown) > 0:
		return missingSide(r.clients.azureUnknown)
	case r.clients.entra == nil:
		return good("The bot account %s is connected.", name)
	case name == "":
		return finding{skipped: true} // Azure only, and nobody says which account it is
	}
	user, err := r.clients.entra.User(ctx, name)
	switch {
	case entra.IsNotFound(err):
		return bad("Declare msteamssync_bot_user, or correct bot_user_principal_name.", "The tenant has no account %s.", name)
	case err != nil:
		return unreadable("bot account", err)
	case !user.Enabled:
		return bad("Apply msteamssync_bot_user, which enables the account.", "The account %s is disabled.", name)
	}
	licensed, err := r.clients.entra.LicensedForTeams(ctx, user.SkuIDs)
	switch {
	case err != nil:
		return unreadable("list of licences", err)
	case !licensed:
		return bad("Name a licence with Microsoft Teams in license_skus of msteamssync_bot_user.", "The account %s has no licence that includes Microsoft Teams.", name)
	case r.clients.mattermost == nil:
		return good("The account %s is enabled and licensed.", name)
	}
	return good("The bot account %s is connected, enabled and licensed.", name)
}

// connectedBot finds the named bot, or the first that is connected. ok is false when the check ends with f.
func connectedBot(bots []botStatus, name string) (found botStatus, f finding, ok bool) {
	const fix = "Declare msteamssync_bot_connection, or have a system admin connect the account with /msteams-sync connect-bot."
	var lost *botStatus
	for i, bot := range bots {
		if name != "" && !strings.EqualFold(bot.Email, name) {
			continue
		}
		if bot.Connected {
			return bot, finding{}, true
		}
		lost = &bots[i]
	}
	switch {
	case lost != nil:
		return found, bad(fix, "The bot account %s has lost its connection. %s", lost.Email, orElse("", lost.Reason)), false
	case name != "":
		return found, bad(fix, "No bot account %s is connected in the plugin.", name), false
	}
	return found, bad(fix, "No bot account is connected in the plugin: messages of users without an account of their own wait."), false
}

const (
	// everyChannel stands for a subscription to all channels of the tenant.
	everyChannel = ""
	allChats     = "/chats/getAllMessages" // which is for none alone and covers no channel
)

// subscriptionsByChannel are those that deliver or are to deliver. While one takes another's place, the active one counts.
func subscriptionsByChannel(all []subscriptionStatus) map[string]subscriptionStatus {
	byChannel := map[string]subscriptionStatus{}
	for _, s := range all {
		if other, there := byChannel[s.TeamsChannelID]; s.State != "removing" && orElse("", s.Resource) != allChats && !(there && other.State == "active") {
			byChannel[s.TeamsChannelID] = s
		}
	}
	return byChannel
}

func checkSubscriptions(ctx context.Context, r *readiness) finding {
	const fix = "The detail holds Microsoft's words; the checks webhook, credential and consent show the usual causes. The plugin tries again by itself."
	if f, ok := r.needPlugin(ctx); !ok {
		return f
	}
	delivers := subscriptionsByChannel(r.server.status.Subscriptions)
	for _, link := range r.server.status.Links {
		subscription, exists := delivers[link.TeamsChannelID]
		if !exists {
			subscription, exists = delivers[everyChannel]
		}
		switch {
		case !exists:
			return bad(fix, "The Teams channel %s is linked, but has no subscription.", link.TeamsChannelID)
		case subscription.State != "active":
			return bad(fix, "The subscription of the Teams channel %s is %s. %s", link.TeamsChannelID, subscription.State, orElse("", subscription.LastError))
		case subscription.ended(r.now):
			return bad(fix, "The subscription of the Teams channel %s ended on %s. %s", link.TeamsChannelID, *subscription.ExpiresAt, orElse("", subscription.LastError))
		}
	}
	if len(r.server.status.Links) == 0 {
		return good("No channel is linked, so no subscription is needed.")
	}
	return good("All %d linked channels have an active subscription.", len(r.server.status.Links))
}

func (s subscriptionStatus) ended(now time.Time) bool {
	if s.ExpiresAt == nil {
		return false
	}
	end, err := time.Parse(time.RFC3339, *s.ExpiresAt)
	return err == nil && end.Before(now)
}
