// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// PluginID is the plugin's id and the name of its routes. It is the id of the plugin that this one replaces, so that
// the set-up guide's addresses and an existing installation's settings stay valid.
const PluginID = "com.mattermost.msteams-sync"

// The plugin's public routes, below <site URL>/plugins/<plugin id>.
const (
	RouteRedirect  = "/oauth-redirect" // OAuth redirect URI
	RouteChanges   = "/changes"        // Graph change notifications
	RouteLifecycle = "/lifecycle"      // Graph lifecycle notifications
)

// PluginURL returns the address of one of the plugin's routes on a Mattermost server.
func PluginURL(siteURL, route string) string {
	return strings.TrimRight(siteURL, "/") + "/plugins/" + PluginID + route
}

// ConsoleURL returns the address of the plugin's page in the System Console of a Mattermost server.
func ConsoleURL(siteURL string) string {
	return strings.TrimRight(siteURL, "/") + "/admin_console/plugins/plugin_" + PluginID
}

// RedirectURI returns the redirect URI to register in Entra for a Mattermost site URL, e.g.
// https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect.
func RedirectURI(siteURL string) (string, error) {
	site, err := NormalizeSiteURL(siteURL)
	if err != nil {
		return "", err
	}
	return PluginURL(site, RouteRedirect), nil
}

// NormalizeSiteURL checks a Mattermost site URL and returns it in one spelling: lower-case scheme and host, no default
// port, no trailing slash. Entra accepts http redirect URIs for localhost only, and Graph notifies https addresses
// only, so anything but https is an error except http://localhost.
func NormalizeSiteURL(siteURL string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(siteURL))
	switch {
	case err != nil:
		return "", fmt.Errorf("the site URL %q is not a URL: %w", siteURL, err)
	case u.Host == "":
		return "", fmt.Errorf("the site URL %q has no host name; write it like https://chat.example.com", siteURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the site URL must not hold a user name, a query or a fragment; write it like https://chat.example.com")
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if scheme != "https" && (scheme != "http" || host != "localhost") {
		return "", fmt.Errorf("the site URL %q must start with https:// — Microsoft Graph sends change notifications to https addresses only, and Entra takes http redirect URIs for localhost only", siteURL)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && (scheme != "https" || port != "443") && (scheme != "http" || port != "80") {
		host += ":" + port
	}
	return scheme + "://" + host + strings.TrimRight(u.EscapedPath(), "/"), nil
}
