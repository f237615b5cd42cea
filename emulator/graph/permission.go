// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// permission is what opens a route: any one of the names of the caller's kind.
type permission struct {
	open        bool // any valid token will do
	teams       bool // refuse in the words of the Teams workload
	delegated   []string
	application []string
}

// permissionFor reads the permission of a "METHOD pattern" out of the catalogue. A call that the catalogue does not
// govern is open to any valid token.
func permissionFor(call string) permission {
	p := permission{teams: isTeams(call)}
	if !catalog.Known(call) {
		p.open = true
		return p
	}
	for _, each := range catalog.Opening(catalog.Delegated, call) {
		p.delegated = append(p.delegated, each.Name)
	}
	for _, each := range catalog.Opening(catalog.Application, call) {
		p.application = append(p.application, each.Name)
	}
	return p
}

func isTeams(call string) bool {
	for _, mark := range []string{"/teams", "/chats", "/joinedTeams", "/teamwork", "/appCatalogs"} {
		if strings.Contains(call, mark) {
			return true
		}
	}
	return false
}

func (p permission) check(c *Call) error {
	names, noun := p.delegated, "scope"
	if c.Caller.AppOnly() {
		names, noun = p.application, "role"
	}
	if p.open || c.Caller.Has(names...) {
		return nil
	}
	if !p.teams {
		return Denied()
	}
	held := strings.Join(c.Caller.Permissions(), ", ")
	if len(names) == 0 {
		return &Error{Status: http.StatusForbidden, Code: "Forbidden", Message: fmt.Sprintf("Requested API is not supported in %s context", contextOf(c.Caller))}
	}
	plural := strings.ToUpper(noun[:1]) + noun[1:] + "s"
	return &Error{Status: http.StatusForbidden, Code: "Forbidden", Message: fmt.Sprintf("Missing %s permissions on the request. API requires one of '%s'. %s on the request '%s'.", noun, strings.Join(names, ", "), plural, held)}
}

func contextOf(c Caller) string {
	if c.AppOnly() {
		return "application-only"
	}
	return "delegated"
}
