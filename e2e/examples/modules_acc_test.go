// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
)

// TestAccModules runs each module's own tests with 'terraform test': unit.tftest.hcl, which needs no server and gets none,
// and integration.tftest.hcl on the emulator and the real server.
func TestAccModules(t *testing.T) {
	for _, module := range []string{"azure", "mattermost", "msteams-sync"} {
		t.Run(module+"/unit", func(t *testing.T) {
			e, err := workspaces.Also("modules/"+module, nil)
			if err != nil {
				t.Fatal(err)
			}
			tested(&example{t, e}, "unit")
		})
		t.Run(module+"/integration", func(t *testing.T) {
			e := open(t, "modules/"+module, nil)
			cloud := shared.Emulator.URL()
			e.addresses()
			e.variable("cloud", "custom")
			e.variable("custom_cloud", map[string]string{"login_url": cloud, "graph_url": cloud, "ca_certificates": string(shared.Emulator.CAPEM())})
			e.variable("metered_billing", map[string]string{"resource_group_name": arm.DemoResourceGroup})
			if module == "mattermost" {
				app, err := shared.RegisterApplication()
				if err != nil {
					t.Fatal(err)
				}
				e.variable("client_id", app.ClientID)
				e.variable("client_secret", app.Secret)
				defer func() { // as the other team would
					if err := shared.Emulator.Directory().DeleteApplication(app.ObjectID); err != nil {
						t.Error(err)
					}
				}()
			}
			tested(e, "integration")
			if _, ok := shared.Emulator.Directory().User("bridge@demo.example"); ok || installed(t) != "" || module != "mattermost" && len(registrations()) > 0 {
				t.Error("the test left something behind")
			}
		})
	}
}

func tested(e *example, file string) {
	e.t.Helper()
	e.run("init")
	if said := e.run("test", "-filter=tests/"+file+".tftest.hcl"); !strings.Contains(said, "Success!") || strings.Contains(said, " 0 passed") {
		e.t.Error(said)
	}
}
