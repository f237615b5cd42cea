// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package signin walks Microsoft's log-in pages as a person with a browser does: it follows redirects, keeps cookies,
// and fills in the forms that it is shown.
package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Credentials of a Microsoft account.
type Credentials struct {
	Login    string // user principal name
	Password string
}

// Page is where a walk ended.
type Page struct {
	URL    *url.URL
	Status int
	Text   string // what a reader sees, white space collapsed
}

// Browser keeps cookies as one person's browser does.
type Browser struct {
	client *http.Client
}

// NewBrowser makes a browser that trusts what transport trusts.
func NewBrowser(transport http.RoundTripper) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a cookie jar: %w", err)
	}
	return &Browser{client: &http.Client{Transport: transport, Jar: jar}}, nil
}

// SetCookies gives the browser cookies of a site, such as those of a Mattermost session.
func (b *Browser) SetCookies(site string, cookies ...*http.Cookie) error {
	u, err := url.Parse(site)
	if err != nil {
		return fmt.Errorf("cookies for %q: %w", site, err)
	}
	b.client.Jar.SetCookies(u, cookies)
	return nil
}

// maxForms bounds a walk: log-in, consent, and room for a page that asks again.
const maxForms = 5

// Walk opens start, signs in, consents when asked, and returns the first page that shows no form.
func (b *Browser) Walk(ctx context.Context, start string, who Credentials) (Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, start, nil)
	if err != nil {
		return Page{}, fmt.Errorf("open %q: %w", start, err)
	}
	for range maxForms {
		page, form, err := b.open(req)
		if err != nil {
			return Page{}, err
		}
		if form == nil {
			return page, nil
		}
		if page.Status >= http.StatusBadRequest || form.refused {
			return page, fmt.Errorf("signing in as %s: %s", who.Login, page.Text)
		}
		if req, err = form.fill(ctx, who); err != nil {
			return page, err
		}
	}
	return Page{}, fmt.Errorf("signing in as %s: more than %d forms", who.Login, maxForms)
}

func (b *Browser) open(req *http.Request) (Page, *form, error) {
	resp, err := b.client.Do(req)
	if err != nil {
		return Page{}, nil, fmt.Errorf("open %s: %w", req.URL.Redacted(), err)
	}
	defer resp.Body.Close()
	document, err := html.Parse(resp.Body)
	if err != nil {
		return Page{}, nil, fmt.Errorf("read the page at %s: %w", resp.Request.URL.Redacted(), err)
	}
	page := Page{URL: resp.Request.URL, Status: resp.StatusCode, Text: strings.Join(strings.Fields(text(document)), " ")}
	return page, findForm(document, page.URL), nil
}
