// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// providerFor is the Mattermost half's provider block with other arguments.
func providerFor(arguments string) string {
	return fmt.Sprintf("provider \"msteamssync\" {\n  ca_certificates = <<-EOT\n%sEOT\n  mattermost = {\n%s\n  }\n}\n", shared.Emulator.CAPEM(), arguments)
}

func TestAccMattermostSaysWhoMayNot(t *testing.T) {
	openConsole(t)
	member, err := shared.Mattermost.NewUser(t.Context(), "ordinary")
	if err != nil {
		t.Fatal(err)
	}
	bundle := pluginConfig(trialBundle(t, "1.0.0", "a", nil), "")
	at := fmt.Sprintf("    url = %q\n", shared.Mattermost.URL)
	for name, test := range map[string]struct{ provider, want string }{
		"not an admin":     {providerFor(at + fmt.Sprintf("    token = %q", member.Client.AuthToken)), `needs\s+the\s+role\s+system\s+admin`},
		"wrong token":      {providerFor(at + `    token = "nothing"`), `mattermost.token\s+is\s+wrong`},
		"wrong password":   {providerFor(at + "    login_id = \"admin\"\n    password = \"nothing\""), `mattermost.login_id\s+and\s+mattermost.password`},
		"untrusted server": {fmt.Sprintf("provider \"msteamssync\" {\n  mattermost = {\n%s    token = \"x\"\n  }\n}\n", at), `ca_certificates`},
	} {
		t.Run(name, func(t *testing.T) {
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: inProcess,
				Steps:                    []resource.TestStep{{Config: test.provider + bundle, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

// TestAccMattermostSaysWhatItDoesNotTake runs a second server, whose settings forbid what the provider wants.
func TestAccMattermostSaysWhatItDoesNotTake(t *testing.T) {
	s, err := stack.Start(t.Context(), stack.Options{MattermostEnv: map[string]string{
		"MM_PLUGINSETTINGS_ENABLEUPLOADS":          "false",
		"MM_PLUGINSETTINGS_REQUIREPLUGINSIGNATURE": "true",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	config := fmt.Sprintf("provider \"msteamssync\" {\n  ca_certificates = <<-EOT\n%sEOT\n  mattermost = {\n    url = %q\n    token = %q\n  }\n}\n",
		s.Emulator.CAPEM(), s.Mattermost.URL, s.Mattermost.AdminToken) + pluginConfig(trialBundle(t, "1.0.0", "a", nil), "")
	for _, want := range []string{`MM_PLUGINSETTINGS_ENABLEUPLOADS=true`, `MM_PLUGINSETTINGS_REQUIREPLUGINSIGNATURE=false`} {
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: inProcess,
			Steps:                    []resource.TestStep{{Config: config, ExpectError: regexp.MustCompile(want)}},
		})
	}
}
