// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/url"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

const signedInAt = "https://console.demo.example/signed-in"

// userToken signs a demo user in to the provisioner's application, through the log-in page.
func (c *cloud) userToken(t *testing.T, user, scope string) string {
	t.Helper()
	app, ok := c.Directory().ApplicationByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("no provisioner")
	}
	if _, err := c.Directory().UpdateApplication(app.ID, directory.Properties{}.Set("web", map[string]any{"redirectUris": []string{signedInAt}})); err != nil {
		t.Fatal(err)
	}
	browser := *c.HTTPClient()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	authorize := c.URL() + "/" + directory.DemoTenantID + "/oauth2/v2.0/authorize?" + url.Values{
		"client_id": {app.AppID}, "response_type": {"code"}, "redirect_uri": {signedInAt}, "scope": {scope},
	}.Encode()
	response, err := browser.PostForm(authorize, url.Values{"login": {user + "@demo.example"}, "password": {directory.DemoPassword}, "action": {"login"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	location, err := response.Location()
	if err != nil {
		t.Fatalf("%s: %v", response.Status, err)
	}
	status, body := c.form(t, "/oauth2/v2.0/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {app.AppID}, "client_secret": {directory.DemoProvisionerSecret},
		"code": {location.Query().Get("code")}, "redirect_uri": {signedInAt},
	})
	token, _ := body["access_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("token: %d %v", status, body)
	}
	return token
}

// certificate is the base64 of a DER certificate.
func certificate(t *testing.T, c *cloud) string {
	t.Helper()
	raw, _, err := c.IssueCertificate("sync.demo.example")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	return base64.StdEncoding.EncodeToString(block.Bytes)
}
