// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// instant is a clock whose sleeps take no time, so that a test sees minutes of lag at once.
type instant struct{ ahead atomic.Int64 }

func (c *instant) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *instant) Sleep(ctx context.Context, d time.Duration) error {
	c.ahead.Add(int64(d))
	return ctx.Err()
}

// fixedToken is a credential that needs no log-in.
type fixedToken struct{}

func (fixedToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "the-token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// clientFor returns a client of a Graph that answers as told. Tests of what Graph really does run on the emulator; this is
// for answers that it never gives.
func clientFor(t *testing.T, answer http.HandlerFunc) *entra.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	client, err := entra.New(entra.Config{
		TenantID: "tenant", Credential: fixedToken{}, LoginURL: server.URL, GraphURL: server.URL, UserAgent: "test",
		Policy: consistency.Policy{Timeout: time.Minute, Clock: &instant{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestErrorsSayWhatWhereAndHowToMend(t *testing.T) {
	const refusal = `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{}}}`
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
		says        []string
	}{
		"a missing permission is named": {403, "application/json", refusal, []string{
			"GET /applications/{app-object-id}", "Authorization_RequestDenied", "request-id r-1", "Application.Read.All", "admin consent",
		}},
		"a gateway's page keeps the status": {500, "text/html", "<h1>Bad</h1>", []string{"HTTP 500", "request-id r-1"}},
		"an empty answer keeps the status":  {500, "", "", []string{"HTTP 500"}},
		"JSON without a message is no trap": {400, "application/json", `{"error":{}}`, []string{"HTTP 400"}},
		"JSON without an error is no trap":  {400, "application/json", `{}`, []string{"HTTP 400"}},
		"a refused token hints at the cloud": {401, "application/json",
			`{"error":{"code":"InvalidAuthenticationToken","message":"Access token validation failure. Invalid audience."}}`, []string{"InvalidAuthenticationToken", "endpoints.graph"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("request-id", "r-1")
				if test.contentType != "" {
					w.Header().Set("Content-Type", test.contentType)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := client.Application(t.Context(), "00000000-0000-4000-8000-000000000001")
			if err == nil {
				t.Fatal("no error")
			}
			for _, words := range test.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q does not say %q", err, words)
				}
			}
			if strings.Contains(err.Error(), "the-token") {
				t.Error("the access token stands in the error")
			}
		})
	}
}

func TestNoAnswerIsAnUnknownOutcome(t *testing.T) {
	client := clientFor(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := client.Application(t.Context(), "00000000-0000-4000-8000-000000000001")
	if !entra.IsUnknownOutcome(err) || entra.IsNotFound(err) || !strings.Contains(err.Error(), "no answer") {
		t.Fatalf("got %v", err)
	}
}

func TestAHostileNextPageIsRefused(t *testing.T) {
	const graphPrincipal = "00000000-0000-4000-8000-00000000000a"
	client := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"responses":[
			{"id":"0","status":200,"body":{"value":[],"@odata.nextLink":"https://elsewhere.example/v1.0/oauth2PermissionGrants"}},
			{"id":"1","status":200,"body":{"value":[]}},
			{"id":"2","status":200,"body":{"id":"`+graphPrincipal+`"}}]}`)
	})
	if _, err := client.Consent(t.Context(), "00000000-0000-4000-8000-000000000001"); err == nil || !strings.Contains(err.Error(), "elsewhere.example") {
		t.Fatalf("got %v", err)
	}
}

func TestVerifySecretSpeaksClearly(t *testing.T) {
	for description, says := range map[string]string{
		"AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: x\r\nCorrelation ID: y": "has expired",
		"AADSTS7000215: Invalid client secret provided. Trace ID: x":                                      "The client secret is wrong",
		"AADSTS90002: Tenant 'x' not found. Trace ID: x":                                                  "no such tenant",
	} {
		client := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"`+strings.ReplaceAll(description, "\r\n", `\r\n`)+`"}`)
		})
		err := client.VerifySecret(t.Context(), "client", "the-secret-value")
		var login *entra.LoginError
		if !errors.As(err, &login) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v should say %q", err, says)
		}
		if strings.Contains(err.Error(), "the-secret-value") || strings.Contains(err.Error(), "Trace ID") {
			t.Errorf("%v holds too much", err)
		}
	}
}

func TestVerifySecretWaitsForANewSecret(t *testing.T) {
	var asked atomic.Int32
	client := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 5 {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"x"}`)
	})
	if err := client.VerifySecret(t.Context(), "client", "s"); err != nil || asked.Load() != 5 {
		t.Fatalf("%d requests, %v", asked.Load(), err)
	}
}

func TestPasswordDoesNotPrintItsSecret(t *testing.T) {
	p := entra.Password{KeyID: "k", Hint: "abc", SecretText: "abcdef"}
	if s := p.String() + p.GoString(); strings.Contains(s, "abcdef") {
		t.Fatal(s)
	}
}

// TestEveryItemOfABatchNamesItsPermission: a refusal inside a batch says what the caller lacks for that item.
func TestEveryItemOfABatchNamesItsPermission(t *testing.T) {
	client := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(string(body), `"GET"`) {
			_, _ = io.WriteString(w, `{"responses":[{"id":"0","status":200,"body":{"value":[]}}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"responses":[{"id":"0","status":403,"body":{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"request-id":"r-1"}}}}]}`)
	})
	err := client.SetOwners(t.Context(), "00000000-0000-4000-8000-000000000001", []string{"00000000-0000-4000-8000-000000000002"})
	for _, words := range []string{"POST /applications/{app-object-id}/owners/$ref", "Authorization_RequestDenied", "request-id r-1", "Application.ReadWrite.OwnedBy"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
}
