// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// uploads counts the bundles that the server has installed so far.
func uploads() int {
	return strings.Count(shared.Mattermost.Logs(), "Installing extracted plugin")
}

func TestAccPluginAdoptsWhatIsThere(t *testing.T) {
	admin := openConsole(t)
	bundle := trialBundle(t, "1.0.0", "a", nil)
	admin.upload(bundle)
	// A key as the System Console's Generate button leaves it, and one that was emptied: the server masks both.
	admin.change(map[string]any{"encryptionkey": "made-by-hand-and-kept-0123456789", "webhooksecret": ""})
	before := uploads()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{{
			Config: mattermostOnly(pluginConfig(bundle, "")),
			Check: func(*terraform.State) error {
				if n := uploads() - before; n != 0 {
					return fmt.Errorf("the running build was uploaded %d times", n)
				}
				stored := admin.stored()
				if stored["encryptionkey"] != "made-by-hand-and-kept-0123456789" {
					return fmt.Errorf("the existing encryption key was replaced")
				}
				if text, _ := stored["webhooksecret"].(string); len(text) != 32 {
					return fmt.Errorf("the empty webhook secret was not filled")
				}
				return nil
			},
		}},
	})
}

func TestAccPluginFromURL(t *testing.T) {
	openConsole(t)
	content, err := os.ReadFile(trialBundle(t, "1.2.0", "a", nil))
	if err != nil {
		t.Fatal(err)
	}
	downloads := 0
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		downloads++
		_, _ = w.Write(content)
	}))
	t.Cleanup(files.Close)
	sum := sha256.Sum256(content)
	config := func(digest string) string {
		return mattermostOnly(fmt.Sprintf("resource \"msteamssync_plugin\" \"this\" {\n  bundle_url = \"%s/bundle.tar.gz\"\n  bundle_sha256 = %q\n}\n", files.URL, digest))
	}
	digest := strings.ToUpper(hex.EncodeToString(sum[:]))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config(strings.Repeat("0", 64)), ExpectError: regexp.MustCompile(`bundle_sha256\s+belongs\s+to\s+another\s+one`)},
			{
				Config:            config(digest),
				ConfigStateChecks: []statecheck.StateCheck{attribute(installed, "version", knownvalue.StringExact("1.2.0"))},
			},
			{
				Config:           config(digest),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
				Check: func(*terraform.State) error {
					if downloads != 2 { // one with the wrong digest, one with the right one
						return fmt.Errorf("the bundle was downloaded %d times", downloads)
					}
					return nil
				},
			},
		},
	})
}

func TestAccPluginSaysWhatIsWrong(t *testing.T) {
	openConsole(t)
	missing := "resource \"msteamssync_plugin\" \"this\" {\n  bundle_path = \"/nonexistent/bundle.tar.gz\"\n}\n"
	noDigest := "resource \"msteamssync_plugin\" \"this\" {\n  bundle_url = \"https://example.com/bundle.tar.gz\"\n}\n"
	for name, test := range map[string]struct{ config, want string }{
		"another plugin":   {pluginConfig(trialBundle(t, "1.0.0", "a", map[string]any{"id": "com.example.other"}), ""), `installs\s+"com.mattermost.msteams-sync"\s+only`},
		"too new a plugin": {pluginConfig(trialBundle(t, "1.0.0", "new", map[string]any{"min_server_version": "99.1.0"}), ""), `needs\s+99.1.0\s+or\s+newer`},
		"broken plugin":    {pluginConfig(trialBundle(t, "1.0.0", "broken", map[string]any{"broken": true}), ""), `The plugin does not run`},
		"no file":          {missing, `no such\s+file`},
		"no digest":        {noDigest, `bundle_sha256`},
		"another digest":   {pluginConfig(trialBundle(t, "1.0.0", "a", nil), "  bundle_sha256 = \""+strings.Repeat("0", 64)+"\""), `The bundle has another digest`},
		"no credentials":   {"provider \"msteamssync\" {}\n" + pluginConfig(trialBundle(t, "1.0.0", "a", nil), ""), `Mattermost credentials are missing`},
	} {
		t.Run(name, func(t *testing.T) {
			config := test.config // in any order: each bundle is a build of its own, so that none is adopted
			if !strings.HasPrefix(config, "provider") {
				config = mattermostOnly(config)
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: inProcess,
				Steps:                    []resource.TestStep{{Config: config, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
