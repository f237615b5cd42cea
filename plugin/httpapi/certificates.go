// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"net/http"
	"time"
)

func (a *api) listCertificates(c *call) error {
	if a.Certificates == nil {
		return a.notReady()
	}
	all, err := a.Certificates.List(c.Context())
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"certificates": all})
	return nil
}

func (a *api) createCertificate(c *call) error {
	if a.Certificates == nil {
		return a.notReady()
	}
	var ask struct {
		Subject         string `json:"subject"`
		ValidForSeconds int64  `json:"valid_for_seconds"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	const longest = 1 << 32 // keeps the product below in range; the room has a limit of its own
	created, err := a.Certificates.Create(c.Context(), c.User, ask.Subject, time.Duration(min(ask.ValidForSeconds, longest))*time.Second)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusCreated, created)
	return nil
}

func (a *api) deleteCertificate(c *call) error {
	if a.Certificates == nil {
		return a.notReady()
	}
	if err := a.Certificates.Delete(c.Context(), c.User, c.PathValue("id")); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
