// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// cloud is an emulator that a test talks to as the provisioner of the demo tenant.
type cloud struct {
	*emulator.Server
	token string
}

func start(t *testing.T, config ...emulator.Config) *cloud {
	t.Helper()
	c := &cloud{Server: emulator.Start(t, config...)}
	c.token = c.appToken(t, directory.DemoProvisionerAppID, directory.DemoProvisionerSecret, c.URL()+"/.default")
	return c
}

func (c *cloud) appToken(t *testing.T, appID, secret, scope string) string {
	t.Helper()
	status, body := c.form(t, "/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {scope}})
	token, _ := body["access_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("token: %d %v", status, body)
	}
	return token
}

// form posts to an endpoint of the demo tenant.
func (c *cloud) form(t *testing.T, path string, values url.Values) (int, map[string]any) {
	t.Helper()
	response, err := c.HTTPClient().PostForm(c.URL()+"/"+directory.DemoTenantID+path, values)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

// call sends JSON with the provisioner's token. body may be nil.
func (c *cloud) call(t *testing.T, method, path string, body any, headers ...string) (int, map[string]any) {
	t.Helper()
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "http") {
		path = c.URL() + path
	}
	request, err := http.NewRequestWithContext(t.Context(), method, path, content)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, response)
}

// want fails the test unless a call answers this status.
func (c *cloud) want(t *testing.T, status int, method, path string, body any, headers ...string) map[string]any {
	t.Helper()
	got, answer := c.call(t, method, path, body, headers...)
	if got != status {
		t.Fatalf("%s %s = %d, want %d: %v", method, path, got, status, answer)
	}
	return answer
}

func read(t *testing.T, response *http.Response) (int, map[string]any) {
	t.Helper()
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if len(raw) > 0 && json.Unmarshal(raw, &body) != nil {
		body = map[string]any{"text": string(raw)}
	}
	return response.StatusCode, body
}

// failure is code and message of a Graph or Azure error.
func failure(body map[string]any) (code, message string) {
	e, _ := body["error"].(map[string]any)
	code, _ = e["code"].(string)
	message, _ = e["message"].(string)
	return code, message
}

func TestServesOverTLSAndHTTP2(t *testing.T) {
	c := start(t)
	response, err := c.HTTPClient().Get(c.URL() + "/common/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.ProtoMajor != 2 || response.TLS.Version < tls.VersionTLS12 {
		t.Errorf("protocol %s, TLS %x; want HTTP/2 and at least TLS 1.2", response.Proto, response.TLS.Version)
	}
	if _, err := tls.Dial("tcp", strings.TrimPrefix(c.URL(), "https://"), &tls.Config{RootCAs: c.RootCAs(), MaxVersion: tls.VersionTLS11}); err == nil { // must fail
		t.Error("TLS 1.1 was accepted")
	}
}

func TestPlainHTTPOnLoopbackOnly(t *testing.T) {
	c := start(t, emulator.Config{HTTPListen: "127.0.0.1:0"})
	c.want(t, http.StatusOK, "GET", c.HTTPURL()+"/v1.0/organization", nil)
	if _, err := emulator.New(emulator.Config{HTTPListen: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("plain http on every address: %v", err)
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	c := start(t)
	taken := strings.TrimPrefix(c.URL(), "https://")
	if _, err := emulator.New(emulator.Config{Listen: taken}); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("taken port: %v", err)
	}
}

func TestIssuedCertificateIsTrusted(t *testing.T) {
	c := start(t)
	certificate, key, err := c.IssueCertificate("127.0.0.1", "chat.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(certificate, key); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := c.WriteCA(file); err != nil {
		t.Fatal(err)
	}
}

func TestSeed(t *testing.T) {
	seed, err := emulator.ReadSeed(strings.NewReader(`{
		"directory": {"tenantId": "99999999-9999-4999-8999-999999999999", "displayName": "Other", "domains": ["other.example"],
			"users": [{"userPrincipalName": "casey@other.example", "displayName": "Casey Demo", "password": "Some-Pass-1"}]},
		"teams": []}`))
	if err != nil {
		t.Fatal(err)
	}
	server := emulator.Start(t, emulator.Config{Seed: &seed})
	if _, ok := server.Directory().User("casey@other.example"); !ok || len(server.Teams().Teams()) != 0 {
		t.Error("the seed was not loaded")
	}
	if _, err := emulator.ReadSeed(strings.NewReader(`{"directry": {}}`)); err == nil {
		t.Error("a misspelt part was accepted")
	}
}

func TestResetBringsTheSeedBack(t *testing.T) {
	c := start(t)
	c.want(t, http.StatusCreated, "POST", "/v1.0/applications", map[string]any{"displayName": "Made by hand"})
	c.Clock().Shift(1000)
	if err := c.Reset(); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Directory().Applications()); n != 1 || c.Clock().Offset() != 0 {
		t.Errorf("%d applications and offset %s after a reset", n, c.Clock().Offset())
	}
	c.want(t, http.StatusOK, "GET", "/v1.0/organization", nil)
}

func TestCloseTwice(t *testing.T) {
	server, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}
