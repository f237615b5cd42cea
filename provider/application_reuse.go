// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// register makes the registration, unless one is there or in the deleted items that was made for the same site. The
// second result says that it was there.
func (r *applicationResource) register(ctx context.Context, plan applicationModel, want entra.Application, diags *diag.Diagnostics) (entra.Application, bool, error) {
	own, err := catalog.RedirectURI(plan.SiteURL.ValueString())
	if err != nil {
		return entra.Application{}, false, err
	}
	live, deleted, err := r.clients.entra.Namesakes(ctx, want.DisplayName, plan.RestoreDeleted.ValueBool())
	if err != nil {
		return entra.Application{}, false, err
	}
	live = slices.DeleteFunc(live, func(a entra.Application) bool {
		return !isForSite(a, own) || r.clients.entra.Claimed(string(a.ObjectID))
	})
	deleted = slices.DeleteFunc(deleted, func(a entra.Application) bool { return !isForSite(a, own) })
	switch {
	case len(live) > 1:
		var ids []string
		for _, a := range live {
			ids = append(ids, string(a.ClientID))
		}
		return entra.Application{}, false, fmt.Errorf("the tenant has %d registrations with the name %q and the redirect URI %s, with the client ids %s; import the right one, and rename or delete the others",
			len(live), want.DisplayName, own, strings.Join(ids, ", "))
	case len(live) == 1 && r.clients.entra.Claim(live[0].ObjectID, live[0].ClientID):
		diags.AddWarning("An existing app registration was adopted",
			fmt.Sprintf("The tenant had a registration %q with the redirect URI of this site. It was taken over, with the client id %s, and made what the configuration says; its client secrets stay.", want.DisplayName, live[0].ClientID))
		return live[0], true, nil
	case len(deleted) > 0 && r.clients.entra.Claim(deleted[0].ObjectID, deleted[0].ClientID):
		if err := r.clients.entra.RestoreApplication(ctx, deleted[0]); err != nil {
			return entra.Application{}, false, fmt.Errorf("restoring the deleted registration with the client id %s (restore_deleted = false registers a new one instead): %w", deleted[0].ClientID, err)
		}
		diags.AddWarning("A deleted app registration was restored",
			fmt.Sprintf("The deleted items held a registration %q of this site. It was restored with its service principal, so the client id is %s as before, and made what the configuration says; client secrets that it had are valid again. Set restore_deleted = false to register a new one instead.", want.DisplayName, deleted[0].ClientID))
		return deleted[0], true, nil
	}
	app, err := r.clients.entra.CreateApplication(ctx, want)
	if err == nil {
		r.clients.entra.Claim(app.ObjectID, app.ClientID)
	}
	return app, false, err
}

// isForSite says whether a registration was made for the site with a redirect URI. One that this provider made
// and that has lost its redirect URIs was made for no other site.
func isForSite(a entra.Application, own string) bool {
	return slices.Contains(a.RedirectURIs, own) || a.MadeHere() && len(a.RedirectURIs) == 0
}
