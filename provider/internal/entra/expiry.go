// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"time"
)

// LatestExpiry returns when the last credential of a registration ends, client secret or certificate; zero when it has none.
func (c *Client) LatestExpiry(ctx context.Context, id ClientID) (latest time.Time, err error) {
	app, err := c.applicationWith(ctx, id, []string{"id", "appId", "passwordCredentials", "keyCredentials"})
	if err != nil {
		return latest, err
	}
	later := func(end *time.Time) {
		if end != nil && end.After(latest) {
			latest = *end
		}
	}
	for _, p := range app.GetPasswordCredentials() {
		later(p.GetEndDateTime())
	}
	for _, k := range app.GetKeyCredentials() {
		later(k.GetEndDateTime())
	}
	return latest, nil
}
