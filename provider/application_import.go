// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// namePrefix introduces the display name in an import id.
const namePrefix = "name:"

// ImportState takes the client id, the object id, or name: and the display name, as far as only one registration has it.
func (r *applicationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity applicationIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.ClientID.ValueString()
	}
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	app, err := r.clients.findApplication(ctx, id)
	if err != nil {
		resp.Diagnostics.AddError("The application to import was not found", err.Error())
		return
	}
	clientID := types.StringValue(string(app.ClientID))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), string(app.ObjectID))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("client_id"), clientID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(clientID))...)
}

// findApplication looks a registration up by what a person can see: its client id, its object id, or name: and its
// display name.
func (c *clients) findApplication(ctx context.Context, written string) (entra.Application, error) {
	if name, ok := strings.CutPrefix(written, namePrefix); ok {
		return c.findApplicationByName(ctx, strings.TrimSpace(name))
	}
	if _, err := uuid.Parse(written); err != nil {
		return entra.Application{}, fmt.Errorf("%q is not a GUID; write the application (client) id, the object id of the app registration, or %s and its display name", written, namePrefix)
	}
	app, err := c.entra.ApplicationByClientID(ctx, entra.ClientID(written))
	if entra.IsNotFound(err) {
		app, err = c.entra.Application(ctx, entra.ObjectID(written))
	}
	if entra.IsNotFound(err) {
		return app, fmt.Errorf("no app registration of the tenant has the client id or object id %s; an application of another tenant has a service principal here, but no registration\n\n%w", written, err)
	}
	return app, err
}

func (c *clients) findApplicationByName(ctx context.Context, name string) (entra.Application, error) {
	live, _, err := c.entra.Namesakes(ctx, name, false)
	switch {
	case err != nil:
		return entra.Application{}, err
	case len(live) == 0:
		return entra.Application{}, fmt.Errorf("no app registration of the tenant has the display name %q", name)
	case len(live) > 1:
		var ids []string
		for _, app := range live {
			ids = append(ids, string(app.ClientID))
		}
		return entra.Application{}, fmt.Errorf("%d app registrations of the tenant have the display name %q; name the one that is meant by its client id: %s", len(live), name, strings.Join(ids, ", "))
	}
	return live[0], nil
}

// addRegistrationError names the attribute that Graph refuses, as far as its sentence says which one it is.
func addRegistrationError(diags *diag.Diagnostics, summary string, err error) {
	var refused *entra.Error
	if errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
		for word, attribute := range map[string]string{
			"redirecturi": "extra_redirect_uris", "displayname": "display_name", "signinaudience": "sign_in_audience",
			"resourceaccess": "application_permissions", "key credential": "certificates", "key value": "certificates", "keycredential": "certificates",
		} {
			if strings.Contains(strings.ToLower(refused.Message), word) {
				diags.AddAttributeError(path.Root(attribute), summary, err.Error())
				return
			}
		}
	}
	diags.AddError(summary, err.Error())
}
