// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"slices"
	"strings"
)

// federatedPrefix introduces the name of a federated credential in Foreign.
const federatedPrefix = "federated:"

// Foreign lists the credentials that nobody declares: key ids in lower case of client secrets with none of the managed
// descriptions, of certificates when those count as foreign, and of keys for other purposes; and federated:NAME.
func (r Registration) Foreign(managedDescriptions []string, certificatesToo bool) []string {
	var found []string
	for _, secret := range r.Secrets {
		if !slices.Contains(managedDescriptions, secret.DisplayName) {
			found = append(found, strings.ToLower(secret.KeyID))
		}
	}
	for _, certificate := range r.Certificates {
		if certificatesToo {
			found = append(found, strings.ToLower(certificate.KeyID))
		}
	}
	for _, key := range r.OtherKeys {
		found = append(found, strings.ToLower(key.KeyID))
	}
	for _, federated := range r.Federated {
		found = append(found, federatedPrefix+federated.Name)
	}
	return found
}
