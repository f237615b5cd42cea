// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFunctions(t *testing.T) {
	const client, login = "44444444-4444-4444-8444-444444444444", "https://login.example.com"
	p := speak(t)
	for _, test := range []struct {
		function  string
		arguments []any
		want      any    // what it returns, or
		says      string // what its error says
	}{
		{"normalize_site_url", []any{"https://Chat.Example.com:443/"}, "https://chat.example.com", ""},
		{"normalize_site_url", []any{"http://chat.example.com"}, nil, "must start with https://"},

		{"permission_id", []any{"delegated", "channelmessage.send"}, "ebf0f66e-9fb1-49e4-a278-222f76911cf4", ""},
		{"permission_id", []any{"application", "ChannelMessage.Read.All"}, "7b2449af-6ccd-4f4d-9f78-e550c193f0d1", ""},
		{"permission_id", []any{"delegated", "ChannelMessages.Send"}, nil, `Did you mean "ChannelMessage.Send"?`},
		{"permission_id", []any{"application", "ChannelMessage.Send"}, nil, "as a delegated permission only"},
		{"permission_id", []any{"role", "User.Read"}, nil, `"role" is not a kind`},

		{"required_permissions", []any{"files"}, map[string]any{"delegated": []any{"Files.ReadWrite.All"}, "application": []any{"Files.Read.All"}}, ""},
		{"required_permissions", []any{"users", "files"}, map[string]any{"delegated": []any{"Files.ReadWrite.All"}, "application": []any{"Files.Read.All", "User.Read.All"}}, ""},
		{"required_permissions", []any{"everything"}, nil, "the profiles are guide, channels"},
		{"required_permissions", []any{"guide", "everything"}, nil, "the profiles are guide, channels"},

		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com/"}, consentAddress("https://login.microsoftonline.com", "https://graph.microsoft.com", client), ""},
		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com", "china"}, consentAddress("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", client), ""},
		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com", login + "/"}, consentAddress(login, "https://graph.microsoft.com", client), ""},
		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com", login, "https://graph.example.com"}, consentAddress(login, "https://graph.example.com", client), ""},
		{"admin_consent_url", []any{"common", client, "https://chat.example.com"}, nil, "neither a directory (tenant) ID nor a domain name"},
		{"admin_consent_url", []any{"demo.example", "my-app", "https://chat.example.com"}, nil, "is not an application (client) ID"},
		{"admin_consent_url", []any{"demo.example", client, "chat.example.com"}, nil, "has no host name"},
		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com", "mars"}, nil, `"mars" is neither a cloud`},
		{"admin_consent_url", []any{"demo.example", client, "https://chat.example.com", login, login, login}, nil, "3 arguments"},

		{"days_until", []any{"2027-01-31T00:00:00Z", "2027-01-01T00:00:00Z"}, int64(30), ""},
		{"days_until", []any{"2027-01-31T00:00:00Z", "2027-01-01T00:00:01Z"}, int64(29), ""},
		{"days_until", []any{"2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z"}, int64(0), ""},
		{"days_until", []any{"2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z"}, int64(-1), ""},
		{"days_until", []any{"2027-01-01T01:00:00+01:00", "2026-12-31T00:00:00Z"}, int64(1), ""},
		{"days_until", []any{time.Now().Add(36 * time.Hour).Format(time.RFC3339)}, int64(1), ""},
		{"days_until", []any{time.Now().Add(-36 * time.Hour).Format(time.RFC3339)}, int64(-2), ""},
		{"days_until", []any{"tomorrow"}, nil, "is not a time in RFC 3339"},
		{"days_until", []any{"2027-01-31T00:00:00Z", "today"}, nil, "is not a time in RFC 3339"},
		{"days_until", []any{"2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z"}, nil, "give one at most"},
	} {
		result, problem := p.call(test.function, test.arguments...)
		if test.says == "" && (problem != "" || !reflect.DeepEqual(result, test.want)) {
			t.Errorf("%s%v = %v, %q; want %v", test.function, test.arguments, result, problem, test.want)
		}
		if test.says != "" && !strings.Contains(problem, test.says) {
			t.Errorf("%s%v = %v, %q; want an error that says %q", test.function, test.arguments, result, problem, test.says)
		}
	}
}

func consentAddress(login, graph, client string) string {
	return login + "/demo.example/v2.0/adminconsent?client_id=" + client + "&redirect_uri=" +
		url.QueryEscape("https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect") + "&scope=" + url.QueryEscape(graph+"/.default")
}

func TestTheGuidesPermissionsAreAProfile(t *testing.T) {
	result, problem := speak(t).call("required_permissions", "guide")
	sets, _ := result.(map[string]any)
	if problem != "" || len(sets["delegated"].([]any)) != 13 || len(sets["application"].([]any)) != 7 {
		t.Errorf("required_permissions(guide) = %v, %q", result, problem)
	}
}
