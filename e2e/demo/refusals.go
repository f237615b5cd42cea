// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strings"
)

// refusal is an input that cannot work and the words that must say so.
type refusal struct {
	what  string
	env   map[string]string
	words []string
}

func refusals() []refusal {
	return []refusal{
		{"a site URL without TLS", map[string]string{"TF_VAR_site_url": "http://chat.example.com"}, []string{"must start with https://"}},
		{"a wrong client secret", map[string]string{"ARM_CLIENT_SECRET": "wrong"}, []string{"AADSTS7000215"}},
		{"a wrong Mattermost token", map[string]string{"MM_TOKEN": "wrong"}, []string{"token"}},
		{"metered billing without a resource group", map[string]string{"TF_VAR_metered_billing": "null"}, []string{"resource_group_name"}},
	}
}

// badInput plans with each of them.
func (d *demo) badInput(ctx context.Context) error {
	for _, r := range refusals() {
		said, err := d.workspace.Refused(ctx, r.env, "plan")
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		// Terraform breaks lines; words are compared without.
		flat := strings.Join(strings.Fields(strings.ReplaceAll(said, "│", " ")), " ")
		for _, words := range r.words {
			if !strings.Contains(flat, words) {
				return fmt.Errorf("%s: the message does not say %q:\n%s", r.what, words, said)
			}
		}
		d.note("%s: refused", r.what)
	}
	return nil
}
