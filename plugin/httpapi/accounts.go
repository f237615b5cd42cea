// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// connectCookie binds a log-in to the browser that began it.
const connectCookie = "msteamssync_connect"

// connect sends the browser to Microsoft's log-in page. With ?bot=true the account becomes a bot.
func (a *api) connect(c *call) error {
	if a.Accounts == nil {
		return a.notReady()
	}
	bot := c.URL.Query().Get("bot") == "true"
	if bot && !a.Permissions.SystemAdmin(c.User) {
		return newError(http.StatusForbidden, "forbidden", "Only system admins may connect a bot account.")
	}
	if bot && fromElsewhere(c.Request) {
		return newError(http.StatusForbidden, "cross_origin", "A page of another site has led here. To connect a bot account, use /msteams-sync connect-bot in Mattermost, or put this address into the browser yourself.")
	}
	address, cookie, err := a.Accounts.Begin(c.Context(), c.visitor(), bot)
	if err != nil {
		return err
	}
	http.SetCookie(c.w, a.cookie(cookie))
	c.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(c.w, c.Request, address, http.StatusSeeOther)
	return nil
}

// redirect is where Microsoft sends the browser back to.
func (a *api) redirect(c *call) error {
	query := c.URL.Query()
	if query.Has("admin_consent") {
		a.adminConsented(c, query)
		return nil
	}
	if a.Accounts == nil {
		return a.notReady()
	}
	completed, err := a.Accounts.Complete(c.Context(), c.visitor(), accounts.Answer{
		State: query.Get("state"), Code: query.Get("code"), Error: query.Get("error"), Description: query.Get("error_description"),
	})
	if err != nil {
		if completed.Own { // the page is in a window of its own, which nobody may see who waits in the web app
			a.Accounts.ConnectFailed(c.User, asError(err).in(a.language(c)))
		}
		return err
	}
	text := pageText{Title: texts.New("You are connected"), Text: texts.New("Your Mattermost account is now connected with the Microsoft Teams account of %s.", completed.DisplayName), Closes: true}
	if completed.Bot {
		text.Title, text.Text = texts.New("The bot is connected"), texts.New("The Microsoft Teams account of %s now speaks for everybody who has not connected an account.", completed.DisplayName)
	}
	a.page(c, http.StatusOK, text)
	return nil
}

// adminConsented ends an administrator's consent for everybody, which comes back to the same address as log-ins do. A
// refusal keeps admin_consent and adds an error (Entra docs, "Admin consent"). It changes nothing here.
func (a *api) adminConsented(c *call, query url.Values) {
	if query.Get("error") != "" {
		a.page(c, http.StatusForbidden, pageText{Title: texts.New("Consent was not given"), Text: refusedConsent(query), Detail: c.RequestID})
		return
	}
	a.page(c, http.StatusOK, pageText{Title: texts.New("Consent was given"), Text: texts.New("Microsoft has noted the administrator's consent.")})
}

// The codes of Microsoft's log-in service: OAuth's error, and its own, which begins the description.
var (
	oauthError = regexp.MustCompile(`^[a-z_]{1,40}$`)
	entraCode  = regexp.MustCompile(`^AADSTS[0-9]{4,10}\b`)
)

// refusedConsent says why, by codes alone: anybody can make an address with a text of their own, and nothing here tells it
// from Microsoft's.
func refusedConsent(query url.Values) texts.Text {
	why := oauthError.FindString(query.Get("error"))
	if code := entraCode.FindString(query.Get("error_description")); code != "" {
		why = strings.TrimSpace(why + " " + code)
	}
	if why == "" {
		return texts.New("Microsoft gives no reason that is known here.")
	}
	return texts.New("Microsoft's reason: %s.", why)
}

func (a *api) needsConnect(c *call) error {
	if a.Accounts == nil {
		return a.notReady()
	}
	requirement, err := a.Accounts.Requirement(c.Context(), c.User)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, requirement)
	return nil
}

func (a *api) connectionStatus(c *call) error {
	if a.Accounts == nil {
		return a.notReady()
	}
	connection, err := a.Accounts.Connection(c.Context(), c.User)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, connection)
	return nil
}

func (a *api) myConnection(c *call) error {
	if a.Accounts == nil {
		return a.notReady()
	}
	mine, err := a.Accounts.Mine(c.Context(), c.User)
	if err != nil {
		return err
	}
	if !mine.Connected && c.Method == http.MethodGet { // whoever has just disconnected wants no invitation
		a.Accounts.Active(c.User)
	}
	writeJSON(c.w, http.StatusOK, mine)
	return nil
}

// disconnectMe answers with what is there afterwards, so that asking twice does no harm.
func (a *api) disconnectMe(c *call) error {
	if a.Accounts == nil {
		return a.notReady()
	}
	if _, _, err := a.Accounts.Disconnect(c.Context(), c.User); err != nil {
		return err
	}
	return a.myConnection(c)
}

func (c *call) visitor() accounts.Visitor {
	v := accounts.Visitor{User: c.User, Session: c.Session}
	if cookie, err := c.Cookie(connectCookie); err == nil {
		v.Cookie = cookie.Value
	}
	return v
}

// cookie is sent back only over TLS, only to the plugin, and on the redirect from Microsoft: that is a top-level GET
// from another site, which SameSite=Lax lets through. On localhost browsers take Secure without TLS, too.
func (a *api) cookie(value string) *http.Cookie {
	path := "/plugins/" + catalog.PluginID
	if site, err := url.Parse(a.SiteURL()); err == nil {
		path = strings.TrimRight(site.Path, "/") + path
	}
	return &http.Cookie{Name: connectCookie, Value: value, Path: path, MaxAge: int(accounts.LoginValid.Seconds()), HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
}
