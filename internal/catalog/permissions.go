// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// GraphAppID is the application id of Microsoft Graph, the same in every tenant and cloud.
const GraphAppID = "00000003-0000-0000-c000-000000000000"

// Kind says on whose behalf a permission is used.
type Kind string

// The two kinds of Graph permission.
const (
	Delegated   Kind = "delegated"   // a scope, used for a signed-in user
	Application Kind = "application" // an app role, used by the application itself
)

// Permission is one Microsoft Graph permission.
type Permission struct {
	Name         string   `json:"name"`          // as the portal shows it, e.g. ChannelMessage.Send
	Kind         Kind     `json:"kind"`          // delegated or application
	ID           string   `json:"id"`            // GUID of the scope or app role
	AdminConsent bool     `json:"admin_consent"` // only an administrator can grant it
	Guide        bool     `json:"guide"`         // part of the set-up guide's 13 + 7
	Opens        []string `json:"opens"`         // "METHOD path", "SUBSCRIBE resource" or "OAUTH item"; any listed permission opens the call
}

//go:embed permissions.json
var permissionsJSON []byte

var load = sync.OnceValue(func() []Permission {
	var all []Permission
	if err := json.Unmarshal(permissionsJSON, &all); err != nil {
		panic(fmt.Sprintf("catalog: embedded permissions.json is broken: %v", err))
	}
	return all
})

// All returns every known permission, sorted by kind and name.
func All() []Permission { return slices.Clone(load()) }

// Lookup finds a permission by kind and name. Names compare without case, as the portal's search does.
func Lookup(kind Kind, name string) (Permission, bool) {
	return find(func(p Permission) bool { return p.Kind == kind && strings.EqualFold(p.Name, name) })
}

// ByID finds a permission by kind and GUID. The same GUID can name a scope and an app role.
func ByID(kind Kind, id string) (Permission, bool) {
	return find(func(p Permission) bool { return p.Kind == kind && strings.EqualFold(p.ID, id) })
}

// Guide returns the names of the set-up guide's permissions of one kind: 13 delegated, 7 application.
func Guide(kind Kind) []string {
	var names []string
	for _, p := range load() {
		if p.Kind == kind && p.Guide {
			names = append(names, p.Name)
		}
	}
	return names
}

// Opening returns the permissions of one kind that open a call, e.g. "GET /teams/{team-id}/channels".
func Opening(kind Kind, call string) []Permission {
	var opening []Permission
	for _, p := range load() {
		if p.Kind == kind && slices.Contains(p.Opens, call) {
			opening = append(opening, p)
		}
	}
	return opening
}

// Known says whether any permission lists the call; a call that no permission lists is not governed by the catalogue.
func Known(call string) bool {
	_, ok := find(func(p Permission) bool { return slices.Contains(p.Opens, call) })
	return ok
}

// Nearest returns the permission name of that kind with the smallest edit distance to a misspelt one, for messages
// of the form "did you mean …". It returns "" when nothing is near.
func Nearest(kind Kind, name string) string {
	best, bestDistance := "", len(name)/2+1
	for _, p := range load() {
		if p.Kind != kind {
			continue
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(p.Name)); d < bestDistance {
			best, bestDistance = p.Name, d
		}
	}
	return best
}

func find(match func(Permission) bool) (Permission, bool) {
	if i := slices.IndexFunc(load(), match); i >= 0 {
		return load()[i], true
	}
	return Permission{}, false
}

// editDistance is the Levenshtein distance in bytes; permission names are ASCII.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
