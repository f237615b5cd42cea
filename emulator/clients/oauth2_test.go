// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const redirectURI = "https://chat.demo.example/plugins/com.mattermost.msteams-sync/oauth-redirect"

// syncApp is an application as the set-up guide registers it, without consent.
type syncApp struct {
	server    *emulator.Server
	app       directory.Application
	principal directory.ServicePrincipal
	graph     directory.ServicePrincipal
	config    *oauth2.Config
	browser   *http.Client // does not follow redirects
}

func register(t *testing.T, server *emulator.Server, scopes ...string) *syncApp {
	t.Helper()
	dir := server.Directory()
	app, err := dir.CreateApplication(directory.Properties{}.Set("displayName", "Mattermost MS Teams Sync").Set("signInAudience", "AzureADMyOrg").
		Set("web", map[string]any{"redirectUris": []string{redirectURI}}), nil)
	if err != nil {
		t.Fatal(err)
	}
	principal, err := dir.CreateServicePrincipal(app.AppID, directory.Properties{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := dir.AddPassword(app.ID, directory.NewPassword{})
	if err != nil {
		t.Fatal(err)
	}
	graph, _ := dir.ServicePrincipalByAppID(catalog.GraphAppID)
	browser := *server.HTTPClient()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &syncApp{server: server, app: app, principal: principal, graph: graph, browser: &browser, config: &oauth2.Config{
		ClientID: app.AppID, ClientSecret: *secret.SecretText, RedirectURL: redirectURI, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: server.URL() + "/" + tenant + "/oauth2/v2.0/authorize", TokenURL: server.URL() + "/" + tenant + "/oauth2/v2.0/token"},
	}}
}

func (s *syncApp) context(t *testing.T) context.Context {
	return context.WithValue(t.Context(), oauth2.HTTPClient, s.server.HTTPClient())
}

// form fills in the first form of a page like a person does and returns what the browser sees next.
func (s *syncApp) form(t *testing.T, page *http.Response, fill map[string]string) *http.Response {
	t.Helper()
	defer func() { _ = page.Body.Close() }()
	document, err := html.Parse(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	action := ""
	for node := range document.Descendants() {
		attribute := func(name string) string {
			at := slices.IndexFunc(node.Attr, func(a html.Attribute) bool { return a.Key == name })
			if at < 0 {
				return ""
			}
			return node.Attr[at].Val
		}
		switch {
		case node.Type != html.ElementNode:
		case node.Data == "form":
			action = attribute("action")
		case node.Data == "input" && attribute("type") == "hidden":
			values.Set(attribute("name"), attribute("value"))
		}
	}
	for name, value := range fill {
		values.Set(name, value)
	}
	target, err := page.Request.URL.Parse(action)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.browser.PostForm(target.String(), values)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func (s *syncApp) open(t *testing.T, address string) *http.Response {
	t.Helper()
	response, err := s.browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func login(user string) map[string]string {
	return map[string]string{"login": user + "@demo.example", "password": directory.DemoPassword, "action": "login"}
}

// returned is the query that the application gets back.
func returned(t *testing.T, response *http.Response) url.Values {
	t.Helper()
	defer func() { _ = response.Body.Close() }()
	location, err := response.Location()
	if err != nil || response.StatusCode != http.StatusFound {
		body, _ := io.ReadAll(response.Body)
		t.Fatalf("no redirect: %s %v\n%s", response.Status, err, body)
	}
	if !strings.HasPrefix(location.String(), redirectURI+"?") {
		t.Fatalf("redirected to %s", location)
	}
	return location.Query()
}

func wantOAuthError(t *testing.T, err error, code, aadsts string) {
	t.Helper()
	var failed *oauth2.RetrieveError
	if !errors.As(err, &failed) || failed.ErrorCode != code || !strings.HasPrefix(failed.ErrorDescription, aadsts+":") {
		t.Errorf("error = %v, want %s %s", err, code, aadsts)
	}
}

func TestCodeFlowWithPKCEAndRefresh(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server, "offline_access", "openid", "User.Read", "ChannelMessage.Send")
	if err := server.Directory().AddConsent(s.principal.ID, s.graph.ID, "", []string{"User.Read", "ChannelMessage.Send", "offline_access"}); err != nil {
		t.Fatal(err)
	}
	verifier := oauth2.GenerateVerifier()
	page := s.open(t, s.config.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "select_account")))
	query := returned(t, s.form(t, page, login("alex")))
	if query.Get("state") != "state-1" {
		t.Fatalf("state = %q", query.Get("state"))
	}
	_, err := s.config.Exchange(s.context(t), query.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	wantOAuthError(t, err, "invalid_grant", "AADSTS501481")
	token, err := s.config.Exchange(s.context(t), query.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.config.Exchange(s.context(t), query.Get("code"), oauth2.VerifierOption(verifier))
	wantOAuthError(t, err, "invalid_grant", "AADSTS54005")
	caller, err := server.Entra().Authenticate(token.AccessToken)
	alex, _ := server.Directory().User("alex@demo.example")
	if err != nil || caller.UserID != alex.ID || !caller.Has("ChannelMessage.Send") || caller.Admin {
		t.Fatalf("caller = %+v, %v", caller, err)
	}
	if idToken, _ := token.Extra("id_token").(string); strings.Count(idToken, ".") != 2 {
		t.Errorf("id_token = %q", idToken)
	}

	t.Run("refresh tokens rotate and the old one stays valid", func(t *testing.T) {
		for range 2 {
			refreshed, err := s.config.TokenSource(s.context(t), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
			if err != nil {
				t.Fatal(err)
			}
			if refreshed.RefreshToken == token.RefreshToken || refreshed.RefreshToken == "" {
				t.Error("the refresh token was not replaced")
			}
		}
	})
	t.Run("consent withdrawn", func(t *testing.T) {
		grant := server.Directory().Grants()[0]
		if err := server.Directory().SetGrantScope(grant.ID, "User.Read offline_access"); err != nil {
			t.Fatal(err)
		}
		_, err := s.config.TokenSource(s.context(t), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		wantOAuthError(t, err, "invalid_grant", "AADSTS65001")
		if err := server.Directory().SetGrantScope(grant.ID, "User.Read ChannelMessage.Send offline_access"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("90 days unused", func(t *testing.T) {
		server.Clock().Shift(91 * 24 * time.Hour)
		defer server.Clock().Shift(-91 * 24 * time.Hour)
		_, err := s.config.TokenSource(s.context(t), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		wantOAuthError(t, err, "invalid_grant", "AADSTS700082")
	})
	t.Run("sessions revoked", func(t *testing.T) {
		if err := server.Directory().RevokeSessions(alex.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.config.TokenSource(s.context(t), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		wantOAuthError(t, err, "invalid_grant", "AADSTS50173")
	})
}

func TestCodeExpiresAndBelongsToItsRedirect(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server, "User.Read")
	if err := server.Directory().AddConsent(s.principal.ID, s.graph.ID, "", []string{"User.Read"}); err != nil {
		t.Fatal(err)
	}
	code := func() string {
		return returned(t, s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("blake"))).Get("code")
	}
	elsewhere := *s.config
	elsewhere.RedirectURL += "/"
	_, err := elsewhere.Exchange(s.context(t), code())
	wantOAuthError(t, err, "invalid_grant", "AADSTS500112")
	wrong := *s.config
	wrong.ClientSecret = "wrong"
	_, err = wrong.Exchange(s.context(t), code())
	wantOAuthError(t, err, "invalid_client", "AADSTS7000215")
	late := code()
	server.Clock().Shift(11 * time.Minute)
	_, err = s.config.Exchange(s.context(t), late)
	wantOAuthError(t, err, "invalid_grant", "AADSTS70008")
}

func TestAuthorizeRefusesWhatEntraRefuses(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server, "User.Read")
	pageText := func(config oauth2.Config) string {
		response := s.open(t, config.AuthCodeURL("s"))
		defer func() { _ = response.Body.Close() }()
		raw, _ := io.ReadAll(response.Body)
		return string(raw)
	}
	other := *s.config
	other.RedirectURL = redirectURI + "/"
	if text := pageText(other); !strings.Contains(text, "AADSTS50011") {
		t.Errorf("a redirect URI with a slash more: %s", text)
	}
	other = *s.config
	other.ClientID = "55555555-5555-4555-8555-555555555555"
	if text := pageText(other); !strings.Contains(text, "AADSTS700016") {
		t.Errorf("an unknown application: %s", text)
	}
	for name, parameters := range map[string][2]string{
		"unsupported_response_type": {"response_type", "token"}, "login_required": {"prompt", "none"}, "invalid_scope": {"scope", "No.Such.Scope"},
	} {
		query := returned(t, s.open(t, s.config.AuthCodeURL("s", oauth2.SetAuthURLParam(parameters[0], parameters[1]))))
		if query.Get("error") != name || query.Get("state") != "s" {
			t.Errorf("%s: %v", name, query)
		}
	}
	wrong := login("alex")
	wrong["password"] = "wrong"
	response := s.form(t, s.open(t, s.config.AuthCodeURL("s")), wrong)
	raw, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized || !strings.Contains(string(raw), "AADSTS50126") {
		t.Errorf("wrong password: %s", response.Status)
	}
}

func TestConsentPages(t *testing.T) {
	server := emulator.Start(t)
	dir := server.Directory()

	t.Run("a user consents to what users may consent to", func(t *testing.T) {
		s := register(t, server, "User.Read", "offline_access")
		page := s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("alex"))
		query := returned(t, s.form(t, page, map[string]string{"action": "accept"}))
		if _, err := s.config.Exchange(s.context(t), query.Get("code")); err != nil {
			t.Fatal(err)
		}
		alex, _ := dir.User("alex@demo.example")
		if got := dir.Consented(s.principal.ID, s.graph.ID, alex.ID); !slices.Contains(got, "User.Read") {
			t.Errorf("consented = %v", got)
		}
		blake, _ := dir.User("blake@demo.example")
		if got := dir.Consented(s.principal.ID, s.graph.ID, blake.ID); len(got) > 0 {
			t.Errorf("blake never consented to %v", got)
		}
	})
	t.Run("a user declines", func(t *testing.T) {
		s := register(t, server, "User.Read")
		page := s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("alex"))
		query := returned(t, s.form(t, page, map[string]string{"action": "cancel"}))
		if query.Get("error") != "access_denied" || !strings.HasPrefix(query.Get("error_description"), "AADSTS65004") {
			t.Errorf("query = %v", query)
		}
	})
	t.Run("a user cannot consent for an administrator", func(t *testing.T) {
		s := register(t, server, "ChannelMessage.Read.All")
		page := s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("alex"))
		defer func() { _ = page.Body.Close() }()
		raw, _ := io.ReadAll(page.Body)
		if page.StatusCode != http.StatusForbidden || !strings.Contains(string(raw), "AADSTS65001") {
			t.Errorf("%s: %s", page.Status, raw)
		}
	})
	t.Run("an administrator consents for everybody", func(t *testing.T) {
		s := register(t, server, "ChannelMessage.Read.All")
		page := s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("admin"))
		returned(t, s.form(t, page, map[string]string{"action": "accept", "for_all": "1"}))
		returned(t, s.form(t, s.open(t, s.config.AuthCodeURL("s")), login("blake")))
	})
	t.Run("the admin consent endpoint grants scopes and roles", func(t *testing.T) {
		s := register(t, server)
		role, _ := catalog.Lookup(catalog.Application, "ChannelMessage.Read.All")
		scope, _ := catalog.Lookup(catalog.Delegated, "ChannelMessage.Send")
		if _, err := dir.UpdateApplication(s.app.ID, directory.Properties{}.Set("requiredResourceAccess", []any{map[string]any{
			"resourceAppId": catalog.GraphAppID, "resourceAccess": []any{map[string]any{"id": role.ID, "type": "Role"}, map[string]any{"id": scope.ID, "type": "Scope"}},
		}})); err != nil {
			t.Fatal(err)
		}
		address := server.URL() + "/" + tenant + "/v2.0/adminconsent?" + url.Values{
			"client_id": {s.app.AppID}, "redirect_uri": {redirectURI}, "state": {"s"}, "scope": {"https://graph.microsoft.com/.default"},
		}.Encode()
		refused := s.form(t, s.open(t, address), login("alex"))
		_ = refused.Body.Close()
		if refused.StatusCode != http.StatusUnauthorized {
			t.Errorf("a user who is no administrator: %s", refused.Status)
		}
		page := s.form(t, s.open(t, address), login("admin"))
		query := returned(t, s.form(t, page, map[string]string{"action": "accept"}))
		if query.Get("admin_consent") != "True" || query.Get("tenant") != tenant || query.Get("error") != "" {
			t.Errorf("query = %v", query)
		}
		if got := dir.Roles(s.principal.ID, s.graph.ID); !slices.Equal(got, []string{"ChannelMessage.Read.All"}) {
			t.Errorf("roles = %v", got)
		}
		if got := dir.Consented(s.principal.ID, s.graph.ID, ""); !slices.Equal(got, []string{"ChannelMessage.Send"}) {
			t.Errorf("scopes = %v", got)
		}
	})
}

// TestPasswordGrant: the independent client gets tokens for a user's password, Entra's refusals reach it, and the
// password is not in the request log.
func TestPasswordGrant(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server, server.URL()+"/.default", "offline_access")
	if _, err := s.config.PasswordCredentialsToken(s.context(t), "alex@demo.example", directory.DemoPassword); err == nil {
		t.Error("a log-in without consent works")
	} else {
		wantOAuthError(t, err, "invalid_grant", "AADSTS65001")
	}
	if err := server.Directory().AddConsent(s.principal.ID, s.graph.ID, "", []string{"User.Read", "offline_access"}); err != nil {
		t.Fatal(err)
	}
	token, err := s.config.PasswordCredentialsToken(s.context(t), "alex@demo.example", directory.DemoPassword)
	if err != nil || token.RefreshToken == "" {
		t.Fatalf("token %v, %v", token, err)
	}
	_, err = s.config.PasswordCredentialsToken(s.context(t), "alex@demo.example", "not-the-password")
	wantOAuthError(t, err, "invalid_grant", "AADSTS50126")
	for _, request := range server.Requests() {
		for _, secret := range []string{directory.DemoPassword, "not-the-password"} {
			if strings.Contains(request.Query+request.Body, secret) {
				t.Errorf("the request log shows a password in %s %s", request.Method, request.Path)
			}
		}
	}
}
