// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Rights are what an access token for Microsoft Graph says about its own caller. The signature is not checked: that is
// Graph's affair, and nothing here opens anything.
type Rights struct {
	AppOnly        bool     // an application that acts for itself, not for a user
	Permissions    []string // application permissions (roles), or delegated ones (scp)
	DirectoryRoles []string // template ids of directory roles (wids)
}

// everyCaller are entries of wids that open nothing by themselves: every member of a tenant has the first, tokens of
// applications the second.
var everyCaller = []string{"b79fbf4d-3ef9-4689-8143-76b194e85509", "0997a1d0-0d1d-4acb-b408-d5ca73121e90"}

// everythingForUsers opens every call of the directory that its user's roles open. Tokens of the Azure CLI hold it.
const everythingForUsers = "Directory.AccessAsUser.All"

// Rights reads the caller's token, logging in if that has not happened yet. ok is false for a token that is not a JWT.
func (c *Client) Rights(ctx context.Context) (rights Rights, ok bool, err error) {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return Rights{}, false, err
	}
	rights, ok = readRights(token)
	return rights, ok, nil
}

func readRights(token string) (Rights, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Rights{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Rights{}, false
	}
	var claims struct {
		Kind   string   `json:"idtyp"`
		Roles  []string `json:"roles"`
		Scopes *string  `json:"scp"`
		Wids   []string `json:"wids"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return Rights{}, false
	}
	rights := Rights{AppOnly: claims.Kind == "app" || claims.Kind == "" && claims.Scopes == nil, Permissions: claims.Roles}
	if !rights.AppOnly && claims.Scopes != nil {
		rights.Permissions = strings.Fields(*claims.Scopes)
	}
	for _, id := range claims.Wids {
		if !containsFold(everyCaller, id) {
			rights.DirectoryRoles = append(rights.DirectoryRoles, id)
		}
	}
	return rights, true
}

// Lacks returns the permissions of which the caller would need one for a call, as the catalogue spells it; none if it holds
// one, or if the catalogue does not govern the call.
func (r Rights) Lacks(call string) []string {
	kind := catalog.Delegated
	if r.AppOnly {
		kind = catalog.Application
	}
	if !catalog.Known(call) || !r.AppOnly && containsFold(r.Permissions, everythingForUsers) {
		return nil
	}
	var names []string
	for _, p := range catalog.Opening(kind, call) {
		if containsFold(r.Permissions, p.Name) {
			return nil
		}
		if !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}
