// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package signin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
)

// site asks for a log-in, then for consent, and ends on a page; it knows who it is by a cookie.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("SESSION"); err != nil {
			http.Error(w, "<p>who are you?</p>", http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, "/login?x=1", http.StatusFound)
	})
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<form method="post" action="?y=2"><input type="hidden" name="ticket" value="7"><select name="login"></select>
			<input name="password" type="password"><button name="action" value="login">Go</button><button name="action" value="cancel">No</button></form>`)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("ticket") != "7" || r.FormValue("login") != "alex@demo.example" || r.FormValue("action") != "login" || r.FormValue("password") != "right" {
			fmt.Fprint(w, `<p role="alert">AADSTS50126: wrong password</p><form method="post"><input name="password"></form>`)
			return
		}
		fmt.Fprint(w, `<form method="post" action="/consent"><button name="action" value="accept">Yes</button></form>`)
	})
	mux.HandleFunc("POST /consent", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/done", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /done", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<html><head><title>x</title></head><script>hidden()</script><p>You are <b>connected</b></p></html>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func walk(t *testing.T, password string, cookies ...*http.Cookie) (signin.Page, error) {
	t.Helper()
	server := site(t)
	browser, err := signin.NewBrowser(server.Client().Transport)
	if err != nil {
		t.Fatal(err)
	}
	if err := browser.SetCookies(server.URL, cookies...); err != nil {
		t.Fatal(err)
	}
	return browser.Walk(t.Context(), server.URL+"/start", signin.Credentials{Login: "alex@demo.example", Password: password})
}

func TestWalkSignsInAndConsents(t *testing.T) {
	page, err := walk(t, "right", &http.Cookie{Name: "SESSION", Value: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if page.Text != "You are connected" || page.URL.Path != "/done" || page.Status != http.StatusOK {
		t.Errorf("page = %+v", page)
	}
}

func TestWalkStopsWhenTheLogInIsRefused(t *testing.T) {
	if _, err := walk(t, "wrong", &http.Cookie{Name: "SESSION", Value: "1"}); err == nil || !strings.Contains(err.Error(), "AADSTS50126") {
		t.Errorf("error = %v, want the page's own words", err)
	}
}

func TestWalkReturnsAPageWithoutAForm(t *testing.T) {
	page, err := walk(t, "right")
	if err != nil {
		t.Fatal(err)
	}
	if page.Status != http.StatusUnauthorized || !strings.Contains(page.Text, "who are you?") {
		t.Errorf("page = %+v", page)
	}
}
