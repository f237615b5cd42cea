// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
)

func (a *authority) withPassword(changes map[string]string) url.Values {
	form := url.Values{"grant_type": {"password"}, "client_id": {a.app.AppID}, "client_secret": {a.secret}, "username": {"alex@demo.example"},
		"password": {directory.DemoPassword}, "scope": {"https://graph.microsoft.com/.default offline_access"}}
	for name, value := range changes {
		form.Set(name, value)
		if value == "" {
			form.Del(name)
		}
	}
	return form
}

func TestPasswordGrant(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read", "offline_access")
	status, answer := a.token(t, a.withPassword(nil))
	if status != 200 || answer["refresh_token"] == nil || answer["scope"] != "User.Read offline_access" {
		t.Fatalf("answers %d %v", status, answer)
	}
	status, again := a.token(t, url.Values{"grant_type": {"refresh_token"}, "client_id": {a.app.AppID}, "client_secret": {a.secret}, "refresh_token": {fmt.Sprint(answer["refresh_token"])}})
	if status != 200 {
		t.Errorf("the refresh token is refused: %d %v", status, again)
	}
}

func TestPasswordGrantIsRefused(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read", "offline_access")
	refused := func(name, code string, aadsts int, changes map[string]string) {
		t.Helper()
		status, answer := a.token(t, a.withPassword(changes))
		if status < 400 || answer["error"] != code || !strings.HasPrefix(fmt.Sprint(answer["error_description"]), fmt.Sprintf("AADSTS%d: ", aadsts)) {
			t.Errorf("%s: answers %d %v, want %s AADSTS%d", name, status, answer, code, aadsts)
		}
	}
	refused("wrong password", "invalid_grant", 50126, map[string]string{"password": "wrong"})
	refused("unknown user", "invalid_grant", 50034, map[string]string{"username": "nobody@demo.example"})
	refused("no password", "invalid_request", 900144, map[string]string{"password": ""})
	refused("no scope", "invalid_request", 900144, map[string]string{"scope": ""})
	refused("no client secret", "invalid_client", 7000218, map[string]string{"client_secret": ""})
	refused("wrong client secret", "invalid_client", 7000215, map[string]string{"client_secret": "wrong"})
	everyTenant := func(r *http.Request) { r.URL.Path = "/common/oauth2/v2.0/token" }
	if status, answer := a.token(t, a.withPassword(nil), everyTenant); status < 400 || !strings.HasPrefix(fmt.Sprint(answer["error_description"]), "AADSTS9001023: ") {
		t.Errorf("for every tenant: answers %d %v", status, answer)
	}
	if _, err := a.dir.UpdateUser("blake@demo.example", directory.Properties{}.Set("accountEnabled", false)); err != nil {
		t.Fatal(err)
	}
	refused("a disabled account", "invalid_grant", 50057, map[string]string{"username": "blake@demo.example"})
	if _, err := a.dir.UpdateUser("blake@demo.example", directory.Properties{}.Set("accountEnabled", true)); err != nil {
		t.Fatal(err)
	}
	if err := a.entra.SetPasswordPolicy(entra.PasswordPolicy{MFAUsers: []string{"alex@demo.example"}}); err != nil {
		t.Fatal(err)
	}
	refused("second factor", "invalid_grant", 50076, nil)
	refused("wrong password before the second factor", "invalid_grant", 50126, map[string]string{"password": "wrong"})
	if status, answer := a.token(t, a.withPassword(map[string]string{"username": "blake@demo.example"})); status != 200 {
		t.Errorf("another user is refused: %v", answer)
	}
	if err := a.entra.SetPasswordPolicy(entra.PasswordPolicy{Blocked: true}); err != nil {
		t.Fatal(err)
	}
	refused("blocked", "invalid_grant", 53003, nil)
	if err := a.entra.SetPasswordPolicy(entra.PasswordPolicy{MFAUsers: []string{"nobody"}}); err == nil {
		t.Error("a policy for an unknown user is taken")
	}
	b := newAuthority(t)
	status, answer := b.token(t, b.withPassword(nil))
	if status < 400 || !strings.HasPrefix(fmt.Sprint(answer["error_description"]), "AADSTS65001: ") {
		t.Errorf("without consent: %d %v", status, answer)
	}
}
