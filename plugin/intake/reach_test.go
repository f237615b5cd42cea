// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
)

func TestReach(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, r.URL.Query().Get("validationToken"))
	}
	for name, test := range map[string]struct {
		answer http.Handler
		says   string // "" = it is reached
	}{
		"the plugin's own":     {intake.New(intake.Config{}), ""},
		"an echo":              {http.HandlerFunc(echo), ""},
		"a log-in page":        {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Log in") }), "something else than the validation token"},
		"a plugin that is off": {http.NotFoundHandler(), "404"},
		"a redirect":           {http.RedirectHandler("/elsewhere", http.StatusFound), "302"},
		"the token as HTML": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, r.URL.Query().Get("validationToken"))
		}), "something else than the validation token"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			defer server.Close()
			client := server.Client()
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			err := intake.Reach(t.Context(), client, server.URL+"/changes")
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("Reach = %v, want %q", err, test.says)
			}
		})
	}
}

func TestReachNamesWhatIsInTheWay(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	err := intake.Reach(t.Context(), http.DefaultClient, server.URL+"/changes")
	if err == nil || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "validationToken") {
		t.Errorf("Reach = %v", err)
	}
}
