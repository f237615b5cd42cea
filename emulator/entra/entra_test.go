// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	tenant   = directory.DemoTenantID
	redirect = "https://chat.demo.example/done"
)

// authority is a log-in server over TLS with one application, "sync".
type authority struct {
	*httptest.Server
	entra     *entra.Server
	dir       *directory.State
	clock     *clock.Clock
	app       directory.Application
	principal directory.ServicePrincipal
	graph     directory.ServicePrincipal
	secret    string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{clock: clock.New()}
	a.Server = httptest.NewUnstartedServer(nil)
	a.StartTLS()
	t.Cleanup(a.Close)
	var err error
	if a.dir, err = directory.New(a.clock, directory.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	if a.entra, err = entra.New(a.dir, a.clock, a.URL); err != nil {
		t.Fatal(err)
	}
	a.Config.Handler = a.entra
	a.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a.app, err = a.dir.CreateApplication(directory.Properties{}.Set("displayName", "sync").
		Set("web", map[string]any{"redirectUris": []string{redirect}}).
		Set("publicClient", map[string]any{"redirectUris": []string{"http://localhost"}}), nil); err != nil {
		t.Fatal(err)
	}
	if a.principal, err = a.dir.CreateServicePrincipal(a.app.AppID, directory.Properties{}, nil); err != nil {
		t.Fatal(err)
	}
	password, err := a.dir.AddPassword(a.app.ID, directory.NewPassword{})
	if err != nil {
		t.Fatal(err)
	}
	a.secret = *password.SecretText
	a.graph, _ = a.dir.ServicePrincipalByAppID(catalog.GraphAppID)
	return a
}

func (a *authority) consent(t *testing.T, scopes ...string) {
	t.Helper()
	if err := a.dir.AddConsent(a.principal.ID, a.graph.ID, "", scopes); err != nil {
		t.Fatal(err)
	}
}

// token posts a form to the token endpoint.
func (a *authority) token(t *testing.T, form url.Values, prepare ...func(*http.Request)) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, change := range prepare {
		change(request)
	}
	return a.send(t, request)
}

func (a *authority) send(t *testing.T, request *http.Request) (int, map[string]any) {
	t.Helper()
	response, err := a.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body map[string]any
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func (a *authority) get(t *testing.T, path string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.send(t, request)
}

func (a *authority) credentials() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {a.app.AppID}, "client_secret": {a.secret}, "scope": {"https://graph.microsoft.com/.default"}}
}

// logIn goes through the log-in page and returns where the browser is sent.
func (a *authority) logIn(t *testing.T, user string, query url.Values) *http.Response {
	t.Helper()
	for name, value := range map[string]string{"client_id": a.app.AppID, "response_type": "code", "redirect_uri": redirect, "state": "s"} {
		if !query.Has(name) {
			query.Set(name, value)
		}
	}
	response, err := a.Client().PostForm(a.URL+"/"+tenant+"/oauth2/v2.0/authorize?"+query.Encode(), url.Values{"login": {user + "@demo.example"}, "password": {directory.DemoPassword}, "action": {"login"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func (a *authority) code(t *testing.T, user string, query url.Values) string {
	t.Helper()
	location, err := a.logIn(t, user, query).Location()
	if err != nil {
		t.Fatal(err)
	}
	return location.Query().Get("code")
}

func codes(body map[string]any) []any { list, _ := body["error_codes"].([]any); return list }

// claims reads a token that is signed with a published key.
func (a *authority) claims(t *testing.T, text string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(text, claims, func(token *jwt.Token) (any, error) {
		status, set := a.get(t, "/common/discovery/v2.0/keys")
		key, _ := set["keys"].([]any)[0].(map[string]any)
		if status != http.StatusOK || key["kid"] != token.Header["kid"] {
			t.Fatalf("key set = %d %v", status, set)
		}
		return publicKey(t, key), nil
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(a.clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestDiscovery(t *testing.T) {
	a := newAuthority(t)
	for name, issuer := range map[string]string{tenant: tenant, "demo.example": tenant, "common": "{tenantid}", "organizations": "{tenantid}"} {
		status, body := a.get(t, "/"+name+"/v2.0/.well-known/openid-configuration")
		if status != http.StatusOK || body["issuer"] != a.URL+"/"+issuer+"/v2.0" || body["token_endpoint"] != a.URL+"/"+name+"/oauth2/v2.0/token" {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	if _, body := a.get(t, "/common/.well-known/openid-configuration"); body["issuer"] != "https://sts.windows.net/{tenantid}/" {
		t.Errorf("version 1: %v", body["issuer"])
	}
	if _, body := a.get(t, "/common/discovery/instance?api-version=1.1"); body["tenant_discovery_endpoint"] == "" || len(body["metadata"].([]any)) != 1 {
		t.Errorf("instance discovery: %v", body)
	}
	status, body := a.get(t, "/elsewhere.example/v2.0/.well-known/openid-configuration")
	if status != http.StatusBadRequest || !slices.Equal(codes(body), []any{90002.0}) {
		t.Errorf("unknown tenant: %d %v", status, body)
	}
}

func TestErrorBody(t *testing.T) {
	a := newAuthority(t)
	form := a.credentials()
	form.Set("client_secret", "wrong")
	status, body := a.token(t, form, func(r *http.Request) { r.Header.Set("client-request-id", "mine") })
	description, _ := body["error_description"].(string)
	shape := regexp.MustCompile(`^AADSTS7000215: .*'` + a.app.AppID + `'\. Trace ID: \S+\r\nCorrelation ID: mine\r\nTimestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$`)
	if status != http.StatusUnauthorized || body["error"] != "invalid_client" || !shape.MatchString(description) || body["correlation_id"] != "mine" ||
		body["error_uri"] != "https://login.microsoftonline.com/error?code=7000215" || body["trace_id"] == "" || body["timestamp"] == "" {
		t.Errorf("%d %v", status, body)
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	a := newAuthority(t)
	for name, test := range map[string]struct {
		change func(url.Values)
		code   float64
		oauth  string
	}{
		"no grant type":    {func(v url.Values) { v.Del("grant_type") }, 900144, "invalid_request"},
		"device code":      {func(v url.Values) { v.Set("grant_type", "urn:ietf:params:oauth:grant-type:device_code") }, 70003, "unsupported_grant_type"},
		"no client":        {func(v url.Values) { v.Del("client_id") }, 900144, "invalid_request"},
		"no credential":    {func(v url.Values) { v.Del("client_secret") }, 7000218, "invalid_client"},
		"no .default":      {func(v url.Values) { v.Set("scope", "User.Read") }, 1002012, "invalid_scope"},
		"no scope":         {func(v url.Values) { v.Del("scope") }, 1002012, "invalid_scope"},
		"unknown API":      {func(v url.Values) { v.Set("scope", "https://elsewhere.example/.default") }, 500011, "invalid_resource"},
		"not an assertion": {func(v url.Values) { v.Set("client_assertion", "x") }, 900144, "invalid_request"},
		"malformed assertion": {func(v url.Values) {
			v.Set("client_assertion", "x")
			v.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		}, 50027, "invalid_request"},
		"unknown code":          {func(v url.Values) { v.Set("grant_type", "authorization_code"); v.Set("code", "x") }, 9002313, "invalid_grant"},
		"unknown refresh token": {func(v url.Values) { v.Set("grant_type", "refresh_token"); v.Set("refresh_token", "x") }, 9002313, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			form := a.credentials()
			test.change(form)
			if _, body := a.token(t, form); body["error"] != test.oauth || !slices.Equal(codes(body), []any{test.code}) {
				t.Errorf("body = %v, want %s %v", body, test.oauth, test.code)
			}
		})
	}
	t.Run("secret in a browser", func(t *testing.T) {
		if _, body := a.token(t, a.credentials(), func(r *http.Request) { r.Header.Set("Origin", "https://chat.demo.example") }); !slices.Equal(codes(body), []any{9002326.0}) {
			t.Errorf("body = %v", body)
		}
	})
	t.Run("disabled application", func(t *testing.T) {
		if _, err := a.dir.UpdateServicePrincipal(a.principal.ID, directory.Properties{}.Set("accountEnabled", false)); err != nil {
			t.Fatal(err)
		}
		if _, body := a.token(t, a.credentials()); !slices.Equal(codes(body), []any{7000112.0}) {
			t.Errorf("body = %v", body)
		}
	})
	t.Run("no service principal", func(t *testing.T) {
		if err := a.dir.DeleteServicePrincipal(a.principal.ID); err != nil {
			t.Fatal(err)
		}
		if _, body := a.token(t, a.credentials()); !slices.Equal(codes(body), []any{7000229.0}) {
			t.Errorf("body = %v", body)
		}
	})
}

func TestClientCredentialsByBasicAuthentication(t *testing.T) {
	a := newAuthority(t)
	form := a.credentials()
	form.Del("client_id")
	form.Del("client_secret")
	status, body := a.token(t, form, func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(a.app.AppID), url.QueryEscape(a.secret)) })
	if status != http.StatusOK || body["token_type"] != "Bearer" || body["expires_in"] != 3599.0 || body["refresh_token"] != nil {
		t.Errorf("%d %v", status, body)
	}
}

func TestAppTokenClaims(t *testing.T) {
	a := newAuthority(t)
	role, _ := catalog.Lookup(catalog.Application, "Chat.Read.All")
	if _, err := a.dir.Assign(a.principal.ID, a.graph.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	for scope, audience := range map[string]string{
		"https://graph.microsoft.com/.default": "https://graph.microsoft.com", a.URL + "/.default": a.URL,
		catalog.GraphAppID + "/.default": catalog.GraphAppID, "https://graph.microsoft.com//.default openid": "https://graph.microsoft.com",
	} {
		form := a.credentials()
		form.Set("scope", scope)
		status, body := a.token(t, form)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", scope, status, body)
		}
		text, _ := body["access_token"].(string)
		claims := a.claims(t, text)
		for name, want := range map[string]any{
			"aud": audience, "iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "appid": a.app.AppID, "appidacr": "1",
			"oid": a.principal.ID, "sub": a.principal.ID, "idtyp": "app", "ver": "1.0",
		} {
			if claims[name] != want {
				t.Errorf("%s: %s = %v, want %v", scope, name, claims[name], want)
			}
		}
		if roles, _ := claims["roles"].([]any); !slices.Equal(roles, []any{"Chat.Read.All"}) || claims["scp"] != nil {
			t.Errorf("roles = %v, scp = %v", claims["roles"], claims["scp"])
		}
		if caller, err := a.entra.Authenticate(text); err != nil || !caller.Has("Chat.Read.All") || caller.ServicePrincipalID != a.principal.ID {
			t.Errorf("caller = %+v, %v", caller, err)
		}
	}
}

func TestAccessTokensAreChecked(t *testing.T) {
	a := newAuthority(t)
	mint := func(scope string) string {
		t.Helper()
		form := a.credentials()
		form.Set("scope", scope)
		_, body := a.token(t, form)
		text, _ := body["access_token"].(string)
		return text
	}
	forGraph, forAzure := mint("https://graph.microsoft.com/.default"), mint("https://management.core.windows.net//.default")
	refused := func(token, part string) {
		t.Helper()
		if _, err := a.entra.Authenticate(token); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error = %v, want %q", err, part)
		}
	}
	refused(forAzure, "Invalid audience")
	refused("nonsense", "not well formed")
	refused(forGraph[:len(forGraph)-6]+"AAAAAA", "Invalid signature")
	refused(newAuthorityToken(t), "Invalid signature")
	if _, err := a.entra.AuthenticateAzure(forAzure); err != nil {
		t.Error(err)
	}
	if _, err := a.entra.AuthenticateAzure(mint(a.URL + "/.default")); err != nil {
		t.Errorf("one address for Graph and Azure: %v", err)
	}
	if _, err := a.entra.AuthenticateAzure(forGraph); err == nil {
		t.Error("Azure took a token for Microsoft Graph")
	}

	a.entra.RevokeAccessTokens(entra.Revocation{AppID: a.app.AppID})
	refused(forGraph, "TokenIssuedBeforeRevocationTimestamp")
	forGraph = mint("https://graph.microsoft.com/.default")
	if _, err := a.entra.Authenticate(forGraph); err != nil {
		t.Errorf("a token issued after the revocation: %v", err)
	}
	a.clock.Shift(2 * time.Hour)
	refused(forGraph, "expired")
}

// TestAccessTokensLiveAsAPolicySays, those that are issued from then on.
func TestAccessTokensLiveAsAPolicySays(t *testing.T) {
	a := newAuthority(t)
	_, usual := a.token(t, a.credentials())
	a.entra.SetAccessTokenLife(time.Minute)
	status, short := a.token(t, a.credentials())
	if status != http.StatusOK || short["expires_in"] != 59.0 || short["ext_expires_in"] != 59.0 {
		t.Errorf("%d %v", status, short)
	}
	a.clock.Shift(2 * time.Minute)
	for _, token := range []struct {
		body map[string]any
		good bool
	}{{usual, true}, {short, false}} {
		text, _ := token.body["access_token"].(string)
		if _, err := a.entra.Authenticate(text); (err == nil) != token.good {
			t.Errorf("after two minutes: %v, want it good: %v", err, token.good)
		}
	}
	a.entra.Reset()
	if _, body := a.token(t, a.credentials()); body["expires_in"] != 3599.0 {
		t.Errorf("after a reset %v", body["expires_in"])
	}
}

// newAuthorityToken is a good token of another emulator.
func newAuthorityToken(t *testing.T) string {
	t.Helper()
	other := newAuthority(t)
	_, body := other.token(t, other.credentials())
	text, _ := body["access_token"].(string)
	return text
}

func TestUserTokenClaims(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read", "Chat.ReadWrite", "offline_access")
	alex, _ := a.dir.User("alex@demo.example")
	code := a.code(t, "alex", url.Values{"scope": {"openid profile offline_access User.Read"}, "nonce": {"n-1"}})
	status, body := a.token(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {a.app.AppID}, "client_secret": {a.secret}, "code": {code}, "redirect_uri": {redirect}, "client_info": {"1"}})
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	access, _ := body["access_token"].(string)
	claims := a.claims(t, access)
	for name, want := range map[string]any{"oid": alex.ID, "upn": "alex@demo.example", "idtyp": "user", "scp": "User.Read Chat.ReadWrite offline_access", "appid": a.app.AppID} {
		if claims[name] != want {
			t.Errorf("%s = %v, want %v", name, claims[name], want)
		}
	}
	identity, _ := body["id_token"].(string)
	claims = a.claims(t, identity)
	for name, want := range map[string]any{"aud": a.app.AppID, "iss": a.URL + "/" + tenant + "/v2.0", "nonce": "n-1", "oid": alex.ID, "preferred_username": "alex@demo.example", "ver": "2.0"} {
		if claims[name] != want {
			t.Errorf("id_token: %s = %v, want %v", name, claims[name], want)
		}
	}
	if body["client_info"] == nil || body["refresh_token"] == nil {
		t.Errorf("answer = %v", body)
	}
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+"/oidc/userinfo", nil)
	request.Header.Set("Authorization", "Bearer "+access)
	if status, info := a.send(t, request); status != http.StatusOK || info["name"] != "Alex Demo" {
		t.Errorf("userinfo = %d %v", status, info)
	}
	if n := a.entra.RevokeRefreshTokens(entra.Revocation{UserID: alex.ID}); n != 1 {
		t.Errorf("%d refresh tokens revoked, want 1", n)
	}
	refresh, _ := body["refresh_token"].(string)
	if _, body := a.token(t, url.Values{"grant_type": {"refresh_token"}, "client_id": {a.app.AppID}, "client_secret": {a.secret}, "refresh_token": {refresh}}); !slices.Equal(codes(body), []any{50173.0}) {
		t.Errorf("after the revocation: %v", body)
	}
}

func TestScopesOfOneTokenBelongToOneAPI(t *testing.T) {
	a := newAuthority(t)
	location, err := a.logIn(t, "alex", url.Values{"scope": {"User.Read https://management.core.windows.net//user_impersonation"}}).Location()
	if err != nil || location.Query().Get("error") != "invalid_request" || !strings.Contains(location.Query().Get("error_description"), "AADSTS28000") {
		t.Errorf("location = %v, %v", location, err)
	}
}

func TestPublicClientNeedsNoSecret(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read")
	const local = "http://localhost:45678" // the port of http://localhost is free
	verifier := strings.Repeat("v", 43)
	code := a.code(t, "alex", url.Values{"scope": {"User.Read"}, "redirect_uri": {local}, "code_challenge": {verifier}}) // no method = plain
	form := url.Values{"grant_type": {"authorization_code"}, "client_id": {a.app.AppID}, "code": {code}, "redirect_uri": {local}}
	if _, body := a.token(t, form); !slices.Equal(codes(body), []any{50149.0}) {
		t.Errorf("without the verifier: %v", body)
	}
	form.Set("code_verifier", verifier)
	if status, body := a.token(t, form); status != http.StatusOK {
		t.Errorf("with the verifier: %d %v", status, body)
	}
	code = a.code(t, "alex", url.Values{"scope": {"User.Read"}})
	form = url.Values{"grant_type": {"authorization_code"}, "client_id": {a.app.AppID}, "code": {code}, "redirect_uri": {redirect}}
	if _, body := a.token(t, form); !slices.Equal(codes(body), []any{7000218.0}) {
		t.Errorf("a web application without secret: %v", body)
	}
}

func TestResponseModes(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read")
	location, err := a.logIn(t, "alex", url.Values{"scope": {"User.Read"}, "response_mode": {"fragment"}}).Location()
	if err != nil || location.RawQuery != "" || !strings.Contains(location.Fragment, "code=1.") {
		t.Errorf("fragment: %v %v", location, err)
	}
	page := a.logIn(t, "alex", url.Values{"scope": {"User.Read"}, "response_mode": {"form_post"}})
	raw, _ := io.ReadAll(page.Body)
	if page.StatusCode != http.StatusOK || !strings.Contains(string(raw), `action="`+redirect+`"`) || !strings.Contains(string(raw), `name="code"`) {
		t.Errorf("form_post: %s %s", page.Status, raw)
	}
}

func TestChallengesAreChecked(t *testing.T) {
	a := newAuthority(t)
	for name, query := range map[string]url.Values{
		"short":             {"code_challenge": {"short"}, "code_challenge_method": {"plain"}},
		"unknown method":    {"code_challenge": {strings.Repeat("x", 43)}, "code_challenge_method": {"S512"}},
		"method on its own": {"code_challenge_method": {"S256"}},
	} {
		query.Set("scope", "User.Read")
		location, err := a.logIn(t, "alex", query).Location()
		if err != nil || !strings.Contains(location.Query().Get("error_description"), "AADSTS501491") {
			t.Errorf("%s: %v %v", name, location, err)
		}
	}
}

// TestVerifiersHaveALength: one that is too short or too long is refused although its challenge is as long as any other.
func TestVerifiersHaveALength(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read")
	for length, want := range map[int]int{1: http.StatusBadRequest, 42: http.StatusBadRequest, 43: http.StatusOK, 128: http.StatusOK, 129: http.StatusBadRequest} {
		verifier := strings.Repeat("v", length)
		sum := sha256.Sum256([]byte(verifier))
		code := a.code(t, "alex", url.Values{"scope": {"User.Read"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}})
		form := a.credentials()
		form.Set("grant_type", "authorization_code")
		form.Set("code", code)
		form.Set("redirect_uri", redirect)
		form.Set("code_verifier", verifier)
		status, body := a.token(t, form)
		if status != want || want != http.StatusOK && !slices.Equal(codes(body), []any{501481.0}) {
			t.Errorf("%d characters: %d %v", length, status, body["error_description"])
		}
	}
}

func TestDisabledUserCannotSignIn(t *testing.T) {
	a := newAuthority(t)
	a.consent(t, "User.Read")
	if _, err := a.dir.UpdateUser("alex@demo.example", directory.Properties{}.Set("accountEnabled", false)); err != nil {
		t.Fatal(err)
	}
	page := a.logIn(t, "alex", url.Values{"scope": {"User.Read"}})
	if raw, _ := io.ReadAll(page.Body); page.StatusCode != http.StatusUnauthorized || !strings.Contains(string(raw), "AADSTS50057") {
		t.Errorf("%s: %s", page.Status, raw)
	}
}

func TestValidationTokensComeInBothVersions(t *testing.T) {
	a := newAuthority(t)
	for version, want := range map[int]map[string]any{
		1: {"iss": "https://sts.windows.net/" + tenant + "/", "appid": directory.ChangeTrackingAppID, "ver": "1.0"},
		2: {"iss": a.URL + "/" + tenant + "/v2.0", "azp": directory.ChangeTrackingAppID, "ver": "2.0"},
	} {
		text, err := a.entra.ValidationToken(a.URL, a.app.AppID, version)
		if err != nil {
			t.Fatal(err)
		}
		claims := a.claims(t, text)
		for name, value := range want {
			if claims[name] != value || claims["aud"] != a.app.AppID {
				t.Errorf("version %d: %s = %v, want %v", version, name, claims[name], value)
			}
		}
	}
}

func TestOwnAPIWithVersionTwoTokens(t *testing.T) {
	a := newAuthority(t)
	if _, err := a.dir.UpdateApplication(a.app.ID, directory.Properties{}.Set("identifierUris", []string{"api://sync"}).Set("api", map[string]any{"requestedAccessTokenVersion": 2})); err != nil {
		t.Fatal(err)
	}
	form := a.credentials()
	form.Set("scope", "api://sync/.default")
	_, body := a.token(t, form)
	text, _ := body["access_token"].(string)
	if claims := a.claims(t, text); claims["ver"] != "2.0" || claims["azp"] != a.app.AppID || claims["iss"] != a.URL+"/"+tenant+"/v2.0" {
		t.Errorf("claims = %v", claims)
	}
}

func TestLogout(t *testing.T) {
	a := newAuthority(t)
	for target, status := range map[string]int{redirect: http.StatusFound, "https://elsewhere.example/": http.StatusOK} {
		response, err := a.Client().Get(a.URL + "/" + tenant + "/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape(target))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: %s", target, response.Status)
		}
	}
}
