// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import "net/url"

// AdminConsentURL returns the address at which an administrator grants an application everything that its registration
// requests at Microsoft Graph, delegated and application permissions (Entra docs, "Admin consent URL"). Entra then sends
// the browser to the redirect URI, which the registration must list exactly. The tenant is an id or a domain name;
// "common" does not work.
func AdminConsentURL(cloud Cloud, tenant, clientID, redirectURI string) string {
	query := url.Values{"client_id": {clientID}, "scope": {cloud.GraphURL + "/.default"}, "redirect_uri": {redirectURI}}
	return cloud.LoginURL + "/" + url.PathEscape(tenant) + "/v2.0/adminconsent?" + query.Encode()
}
