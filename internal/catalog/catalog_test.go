// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func TestGuideIsThirteenPlusSeven(t *testing.T) {
	for kind, want := range map[catalog.Kind]int{catalog.Delegated: 13, catalog.Application: 7} {
		if got := len(catalog.Guide(kind)); got != want {
			t.Errorf("the guide has %d %s permissions, want %d", got, kind, want)
		}
	}
}

func TestPermissionsAreUniqueAndWellFormed(t *testing.T) {
	seen := map[string]string{}
	for _, p := range catalog.All() {
		if _, err := uuid.Parse(p.ID); err != nil {
			t.Errorf("%s %s: id %q: %v", p.Kind, p.Name, p.ID, err)
		}
		if p.Kind != catalog.Delegated && p.Kind != catalog.Application {
			t.Errorf("%s: unknown kind %q", p.Name, p.Kind)
		}
		for _, key := range []string{string(p.Kind) + p.Name, string(p.Kind) + p.ID} {
			if other, taken := seen[key]; taken {
				t.Errorf("%s and %s share %q", p.Name, other, key)
			}
			seen[key] = p.Name
		}
	}
}

func TestLookup(t *testing.T) {
	p, ok := catalog.Lookup(catalog.Delegated, "channelmessage.send")
	if !ok || p.ID != "ebf0f66e-9fb1-49e4-a278-222f76911cf4" {
		t.Fatalf("Lookup(ChannelMessage.Send) = %+v, %v", p, ok)
	}
	if back, ok := catalog.ByID(catalog.Delegated, strings.ToUpper(p.ID)); !ok || back.Name != "ChannelMessage.Send" {
		t.Fatalf("ByID = %+v, %v", back, ok)
	}
	if _, ok := catalog.Lookup(catalog.Application, "ChannelMessage.Send"); ok {
		t.Fatal("ChannelMessage.Send does not exist as an app role")
	}
}

func TestNearest(t *testing.T) {
	if got := catalog.Nearest(catalog.Delegated, "ChannelMessages.Send"); got != "ChannelMessage.Send" {
		t.Errorf("Nearest = %q", got)
	}
	if got := catalog.Nearest(catalog.Delegated, "x"); got != "" {
		t.Errorf("nothing is near x, got %q", got)
	}
}

func TestOpening(t *testing.T) {
	const call = "POST /teams/{team-id}/channels/{channel-id}/messages"
	if !catalog.Known(call) || catalog.Known("POST /nowhere") {
		t.Error("Known is wrong")
	}
	if got := catalog.Opening(catalog.Delegated, call); len(got) == 0 || got[0].Name != "ChannelMessage.Send" {
		t.Errorf("Opening = %v", got)
	}
}

func TestNormalizeSiteURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://chat.example.com":          "https://chat.example.com",
		" HTTPS://Chat.Example.com:443/ ":   "https://chat.example.com",
		"https://chat.example.com:8443/mm/": "https://chat.example.com:8443/mm",
		"http://localhost:8065":             "http://localhost:8065",
		"https://[::1]:9/":                  "https://[::1]:9",
	} {
		if got, err := catalog.NormalizeSiteURL(in); err != nil || got != want {
			t.Errorf("NormalizeSiteURL(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "chat.example.com", "http://chat.example.com", "ftp://x", "https://", "https://u:p@x", "https://x?q=1", "https://x#f", "://"} {
		if got, err := catalog.NormalizeSiteURL(in); err == nil {
			t.Errorf("NormalizeSiteURL(%q) = %q, want an error", in, got)
		}
	}
}

func TestRedirectURI(t *testing.T) {
	got, err := catalog.RedirectURI("https://chat.example.com/")
	if want := "https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect"; err != nil || got != want {
		t.Fatalf("RedirectURI = %q, %v; want %q", got, err, want)
	}
}

func TestCloudsHaveNoTrailingSlash(t *testing.T) {
	for name, c := range catalog.Clouds() {
		for _, u := range []string{c.LoginURL, c.GraphURL, c.ResourceManagerURL, c.PortalURL} {
			if !strings.HasPrefix(u, "https://") || strings.HasSuffix(u, "/") {
				t.Errorf("%s: %q", name, u)
			}
		}
	}
}
