// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import "net/http"

// metadataVersions are the versions of the metadata document with the shape of 2022-09-01.
var metadataVersions = map[string]bool{"2022-09-01": true, "2023-11-01": true, "2023-12-01": true}

// metadata tells clients where this cloud's services are: all at one address.
func (s *Server) metadata(w http.ResponseWriter, r *http.Request) {
	if version := r.URL.Query().Get("api-version"); !metadataVersions[version] {
		refuse(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '%s' is invalid. The supported versions are '2022-09-01,2023-11-01,2023-12-01'.", version).write(w)
		return
	}
	base := "https://" + r.Host
	if r.TLS == nil {
		base = "http://" + r.Host
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"name":   "Emulator",
		"portal": "https://portal.azure.com",
		"authentication": map[string]any{
			"loginEndpoint":    base,
			"audiences":        []string{"https://management.core.windows.net/", "https://management.azure.com/", base},
			"tenant":           "common",
			"identityProvider": "AAD",
		},
		"resourceManager":          base,
		"microsoftGraphResourceId": base,
		"suffixes":                 map[string]any{"keyVaultDns": "vault.azure.net", "storage": "core.windows.net"},
	})
}
