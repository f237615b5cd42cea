// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
)

// read makes a request as a browser or a program whose Accept and Accept-Language are these.
func read(p httpapi.Parts, user, path, accept, language string) string {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept", accept)
	if language != "" {
		r.Header.Set("Accept-Language", language)
	}
	w := httptest.NewRecorder()
	httpapi.New(p).ServeCaller(httpapi.Caller{User: bridge.UserID(user), Session: "s", RequestID: "request-1"}, w, r)
	return w.Body.String()
}

// TestPagesAreInTheReadersLanguage: the user's, else the browser's, else the server's.
func TestPagesAreInTheReadersLanguage(t *testing.T) {
	p := parts()
	p.Locale = func(user bridge.UserID) string {
		return map[bridge.UserID]string{"jonas": "de", "other": "pt-BR"}[user]
	}
	p.DefaultLocale = func() string { return "ja" }
	const consent, html = "/oauth-redirect?admin_consent=True", "text/html"
	for _, c := range []struct {
		user, language string
		want           []string
	}{
		{"jonas", "fr", []string{`<html lang="de">`, "<h1>Die Zustimmung wurde erteilt</h1>", "Sie können dieses Fenster schließen."}},
		{"other", "fr", []string{`<html lang="en">`, "<h1>Consent was given</h1>", "You can close this window."}},
		{"unknown", "fr-CH, de;q=0.5", []string{`<html lang="fr">`, "Le consentement a été donné"}},
		{"unknown", "pt", []string{`<html lang="ja">`, "同意が与えられました"}},
		{"unknown", "", []string{`<html lang="ja">`}},
	} {
		body := read(p, c.user, consent, html, c.language)
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s, whose browser asks for %q, reads %s; want %q", c.user, c.language, body, want)
			}
		}
	}
	if body := read(p, "", "/connect", html, "es"); !strings.Contains(body, "Inicie primero sesión en Mattermost") || !strings.Contains(body, "Solicitud request-1") {
		t.Errorf("somebody who is not logged in reads %s", body)
	}
	if body := read(p, "jonas", "/connect?bot=true", html, ""); !strings.Contains(body, "Nur Systemadministratoren dürfen ein Bot-Konto verbinden.") {
		t.Errorf("a refusal on a page: %s", body)
	}
}

// TestProgramsReadEnglish: what a browser shows is in its user's language, Terraform's diagnostics are not.
func TestProgramsReadEnglish(t *testing.T) {
	p := parts()
	p.Locale = func(bridge.UserID) string { return "de" }
	const path, json = "/connect?bot=true", "application/json"
	if body := read(p, "somebody", path, json, ""); !strings.Contains(body, "Only system admins may connect a bot account.") {
		t.Errorf("a program reads %s", body)
	}
	if body := read(p, "somebody", path, json, "fr"); !strings.Contains(body, "Nur Systemadministratoren dürfen ein Bot-Konto verbinden.") {
		t.Errorf("a browser reads %s", body)
	}
	if body := read(p, "somebody", "/api/v1/posts/x/sync", json, "de"); strings.Contains(body, "There is no such post.") {
		t.Errorf("a browser reads %s", body)
	}
}
