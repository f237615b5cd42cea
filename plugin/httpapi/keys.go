// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import "net/http"

func (a *api) showKeys(c *call) error { return a.writeKeys(c, http.StatusOK) }

// rotateKeys answers before everything is encrypted again; showKeys tells how much is left.
func (a *api) rotateKeys(c *call) error {
	if a.Keys == nil {
		return a.notReady()
	}
	if err := a.Keys.Rotate(c.Context(), c.User); err != nil {
		return err
	}
	return a.writeKeys(c, http.StatusAccepted)
}

func (a *api) writeKeys(c *call, status int) error {
	if a.Keys == nil {
		return a.notReady()
	}
	state, err := a.Keys.State(c.Context())
	if err != nil {
		return err
	}
	writeJSON(c.w, status, state)
	return nil
}
