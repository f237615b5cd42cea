// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// need is a call to Microsoft Graph that an apply makes, as the permission catalogue spells it. With about, only a change of
// that attribute makes it.
type need struct{ call, about string }

// needs are the calls of a resource by what the plan does with it.
type needs struct{ create, update, remove []need }

var (
	applicationNeeds = needs{
		create: []need{{call: "PATCH /applications(uniqueName='{unique-name}')"}, {call: "POST /servicePrincipals"}},
		update: []need{{call: "PATCH /applications/{app-object-id}"}},
		remove: []need{{call: "DELETE /applications/{app-object-id}"}},
	}
	adminConsentNeeds = needs{
		create: []need{{"POST /oauth2PermissionGrants", "delegated"}, {"POST /servicePrincipals/{sp-id}/appRoleAssignedTo", "application"}},
		update: []need{{"PATCH /oauth2PermissionGrants/{grant-id}", "delegated"}, {"POST /servicePrincipals/{sp-id}/appRoleAssignedTo", "application"}},
		remove: []need{{"DELETE /oauth2PermissionGrants/{grant-id}", "delegated"}, {"DELETE /servicePrincipals/{sp-id}/appRoleAssignments/{assignment-id}", "application"}},
	}
	clientSecretNeeds = needs{
		create: []need{{call: "POST /applications/{app-object-id}/addPassword"}},
		update: []need{{"POST /applications/{app-object-id}/addPassword", "key_id"}},
		remove: []need{{call: "POST /applications/{app-object-id}/removePassword"}},
	}
	botUserNeeds = needs{
		create: []need{{call: "POST /users"}, {"POST /users/{user-id}/assignLicense", "license_skus"}},
		update: []need{
			{"PATCH /users/{user-id}", "user_principal_name"}, {"PATCH /users/{user-id}", "display_name"}, {"PATCH /users/{user-id}", "mail_nickname"},
			{"PATCH /users/{user-id}", "usage_location"}, {"PATCH /users/{user-id}", "account_enabled"}, {"PATCH /users/{user-id}", "password_wo_version"},
			{"POST /users/{user-id}/assignLicense", "license_skus"},
		},
		remove: []need{{call: "DELETE /users/{user-id}"}},
	}
)

// preflight warns during the plan about permissions that the apply needs and that the caller's own access token does not
// hold; without any Azure credentials it is an error. It makes no request but the log-in, which a run makes once. Defer it in ModifyPlan: it looks at the finished plan.
func (c *clients) preflight(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, all needs) {
	if c == nil || len(c.azureUnknown) > 0 || resp.Diagnostics.HasError() {
		return
	}
	calls := all.of(fieldsOf(req.State.Raw), fieldsOf(resp.Plan.Raw))
	if len(calls) == 0 || !c.needEntra(&resp.Diagnostics) {
		return
	}
	rights, readable, err := c.entra.Rights(ctx)
	if err != nil {
		c.loginWarning.Do(func() { resp.Diagnostics.AddWarning("The log-in for the apply fails", err.Error()) })
		return
	}
	if readable {
		warnOfMissing(rights, calls, &resp.Diagnostics)
	}
}

// fieldsOf are the attributes of a state or plan; nil if there is none.
func fieldsOf(raw tftypes.Value) (fields map[string]tftypes.Value) {
	if raw.IsNull() || !raw.IsKnown() || raw.As(&fields) != nil {
		return nil
	}
	return fields
}

// of returns the calls that lead from one state to the other, each once.
func (n needs) of(before, after map[string]tftypes.Value) []need {
	list := n.update
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		list = n.create
	case after == nil:
		list = n.remove
	}
	var found []need
	for _, each := range list {
		changes := each.about != "" && changed(before[each.about], after[each.about])
		if each.about == "" {
			changes = before == nil || after == nil || slices.ContainsFunc(keysOf(after), func(name string) bool { return changed(before[name], after[name]) })
		}
		if changes && !slices.ContainsFunc(found, func(f need) bool { return f.call == each.call }) {
			found = append(found, each)
		}
	}
	return found
}

func keysOf(fields map[string]tftypes.Value) (names []string) {
	for name := range fields {
		names = append(names, name)
	}
	return names
}

// changed compares two values of an attribute. The zero value, a null and an empty collection are all nothing.
func changed(before, after tftypes.Value) bool {
	if isNothing(before) && isNothing(after) {
		return false
	}
	return before.Type() == nil || after.Type() == nil || !before.Equal(after)
}

func isNothing(value tftypes.Value) bool {
	if value.Type() == nil || value.IsNull() {
		return true
	}
	var items []tftypes.Value
	return value.IsKnown() && value.Type().Is(tftypes.Set{}) && value.As(&items) == nil && len(items) == 0
}

// warnOfMissing names what the caller lacks. It is never an error: a role in the directory may stand in for a permission.
func warnOfMissing(rights entra.Rights, calls []need, diags *diag.Diagnostics) {
	for _, each := range calls {
		missing := rights.Lacks(each.call)
		if len(missing) == 0 {
			continue
		}
		want := "the Microsoft Graph permission " + missing[0]
		if len(missing) > 1 {
			want = "one of the Microsoft Graph permissions " + strings.Join(missing, ", ")
		}
		kind := "delegated"
		if rights.AppOnly {
			kind = "application"
		}
		// Terraform shows one of several warnings with the same summary, so each has its own.
		summary := "The apply may not be permitted to " + each.call
		text := fmt.Sprintf("The apply calls %s, which takes %s (%s). The access token of the identity that runs Terraform holds none. Add it to that identity's app registration and grant admin consent, else this call fails with HTTP 403.", each.call, want, kind)
		if roles := roleNames(rights.DirectoryRoles); rights.AppOnly && len(roles) > 0 {
			text += " It has the directory role " + strings.Join(roles, ", ") + ", which may stand in for the permission."
		}
		if each.about != "" {
			diags.AddAttributeWarning(path.Root(each.about), summary, text)
		} else {
			diags.AddWarning(summary, text)
		}
	}
}

// directoryRoles are names of roles that open calls of the set-up, by template id (Entra docs, "Microsoft Entra built-in
// roles").
var directoryRoles = map[string]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
	"158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
	"e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
}

func roleNames(ids []string) (names []string) {
	for _, id := range ids {
		name := directoryRoles[strings.ToLower(id)]
		if name == "" {
			name = id
		}
		names = append(names, name)
	}
	return names
}
