// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"net/url"
)

// sameOrigin refuses what a page of another site has a browser send. Mattermost demands its CSRF token of cookie sessions
// before it names a user; but it compares with an empty token where the session has none, and takes X-Requested-With in
// the place of the token unless it is told to be strict. Browsers say themselves where a request comes from, others say
// nothing and are let through. Requests that change nothing are let through too.
func (a *api) sameOrigin(r *http.Request) error {
	protection := http.NewCrossOriginProtection()
	// Behind a proxy that changes the host, the page's origin is the site's address and not the request's.
	if site, err := url.Parse(a.SiteURL()); err == nil && site.Host != "" {
		if err := protection.AddTrustedOrigin(site.Scheme + "://" + site.Host); err != nil {
			a.Log.Warn("the site URL is no origin", "error", err)
		}
	}
	if err := protection.Check(r); err != nil {
		return &Error{Status: http.StatusForbidden, Code: "cross_origin", Message: "The request comes from a page of another site. Only pages of this Mattermost server may send it."}
	}
	return nil
}

// fromElsewhere tells whether a page of another site has led a browser here, as it says itself. Whoever follows a link in
// Mattermost, or types the address, does not come from elsewhere.
func fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return true
	}
	return false
}
