// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"encoding/base64"
	"net/http"
)

// Limits of a fingerprint's salt in bytes. A short salt would allow tables of precomputed answers.
const (
	minSalt = 16
	maxSalt = 128
)

func (a *api) status(c *call) error {
	writeJSON(c.w, http.StatusOK, a.Status(c.Context()))
	return nil
}

// metrics serves what ServeMetrics serves, which servers before 9.2 do not call.
func (a *api) metrics(c *call) error {
	return forward(c, a.Metrics)
}

func (a *api) fingerprints(c *call) error {
	var ask struct {
		Salt string `json:"salt"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	salt, err := base64.StdEncoding.DecodeString(ask.Salt)
	if err != nil {
		return badRequest("salt is not base64: %v.", err)
	}
	if len(salt) < minSalt || len(salt) > maxSalt {
		return badRequest("salt has %d bytes; it must have %d to %d.", len(salt), minSalt, maxSalt)
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"fingerprints": a.Fingerprints(salt)})
	return nil
}
