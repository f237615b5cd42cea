// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

func TestAddressesInText(t *testing.T) {
	for text, want := range map[string]string{
		"see https://example.com.":               "https://example.com",
		"(https://example.com/a_(b))":            "https://example.com/a_(b)",
		"https://example.com/?a=b&amp;":          "https://example.com/?a=b",
		"https://example.com/a;":                 "https://example.com/a;",
		"https://example.com/ä?!":                "https://example.com/%C3%A4",
		"**https://example.com/a**":              "https://example.com/a",
		"[https://example.com/a]":                "",
		"xhttps://example.com":                   "",
		"https://":                               "",
		"ftp://example.com/a.txt":                "ftp://example.com/a.txt",
		"gopher://example.com":                   "",
		"www.example.com/a_b?c.":                 "http://www.example.com/a_b?c",
		"www.example":                            "",
		"www.example.c0m":                        "",
		"(www.example.com)":                      "http://www.example.com",
		"a.b+c_d-e@example.co.uk.":               "mailto:a.b+c_d-e@example.co.uk",
		"a@example.com, b":                       "mailto:a@example.com",
		"a@example":                              "",
		"a@example.com-":                         "",
		"a@example.com_":                         "",
		"a..b@example.com":                       "",
		"-a@example.com":                         "",
		"a@-example.com":                         "",
		"a@example-.com":                         "",
		"a@b@example.com":                        "",
		"a@example..com":                         "",
		"`https://example.com`":                  "",
		"https://example.com/<b>":                "https://example.com/",
		"https://example.com/" + "%28a%29" + "'": "https://example.com/%28a%29",
	} {
		if got := addressIn(markup.ToHTML(text)); got != want {
			t.Errorf("the address in %q is %q, want %q", text, got, want)
		}
	}
}

// addressIn is where the first link of a body leads.
func addressIn(body string) string {
	tokens := html.NewTokenizer(strings.NewReader(body))
	for tokens.Next() != html.ErrorToken {
		if token := tokens.Token(); token.Data == "a" && len(token.Attr) > 0 {
			return token.Attr[0].Val
		}
	}
	return ""
}
