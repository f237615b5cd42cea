// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// localOnly refuses callers from other machines, and web pages of other sites that a browser on this machine shows:
// they could otherwise reach the API through the browser, directly or by a name that resolves to loopback.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !caller.Addr().Unmap().IsLoopback() || !isLoopback(r.Host) || !sameOrigin(r) {
			serve(func(*http.Request) (any, error) {
				return nil, &problem{http.StatusForbidden, Root + " answers this machine only, at a loopback address."}
			})(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}
