// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// secretCLI declares an application and its secret; the name, the rotation and the overlap are variables.
const secretCLI = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
provider "msteamssync" {
  endpoints = {
    authority_host   = %[1]q
    graph            = %[1]q
    resource_manager = %[1]q
  }
}
variable "name" {}
variable "rotation" { default = "1" }
variable "overlap" { default = "0s" }
resource "msteamssync_application" "this" {
  display_name = var.name
  site_url     = %[2]q
}
resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  overlap           = var.overlap
  rotation_triggers = { n = var.rotation }
}
`

func newSecretCLI(t *testing.T) *cli {
	t.Helper()
	c := newCLI(t, fmt.Sprintf(secretCLI, shared.Emulator.URL(), shared.Mattermost.URL))
	c.environment = append(c.environment,
		"ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile,
		"MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken)
	return c
}

// killedWhen runs Terraform and kills it with all its children as soon as happened says so.
func (c *cli) killedWhen(what string, happened func() bool, arguments ...string) {
	c.t.Helper()
	command := exec.Command(os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env = c.folder, c.environment
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	c.t.Cleanup(func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }) // whatever happens here
	eventually(c.t, what, func() bool {
		select {
		case err := <-ended:
			c.t.Fatalf("terraform ended before %s: %v\n%s", what, err, output.String())
		default:
		}
		return happened()
	})
	if err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
	<-ended
}

// fault adds a rule and returns what takes it back.
func fault(t *testing.T, rule faults.Rule) (id string) {
	t.Helper()
	added, err := shared.Emulator.Faults().Add(rule)
	if err != nil {
		t.Fatal(err)
	}
	return added.ID
}

const (
	addingRoute   = "POST /applications/*/addPassword"
	removingRoute = "POST /applications/*/removePassword"
	provingRoute  = "POST /*/oauth2/v2.0/token"
)

// parked is longer than any test: who waits for it is killed.
var parked = faults.Duration(time.Hour)

// asked tells whether a request with that end of its address has arrived since the log was emptied.
func asked(suffix string) bool {
	for _, request := range shared.Emulator.Requests() {
		if request.Method == http.MethodPost && strings.HasSuffix(request.Path, suffix) {
			return true
		}
	}
	return false
}

// TestAccKilledClientSecretIsFinished: SIGKILL at each step of making and of rotating a secret leaves a working one in the
// plugin, if there was one, and the next apply ends with exactly one.
func TestAccKilledClientSecretIsFinished(t *testing.T) {
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	cli := newSecretCLI(t)
	for _, step := range []struct {
		name string
		park func(t *testing.T, name string) (happened func() bool)
	}{
		{"added", func(t *testing.T, name string) func() bool {
			before := len(entra.secretsOf(name))
			fault(t, faults.Rule{Effect: faults.Latency, Route: addingRoute, Delay: parked, AfterCommit: true})
			return func() bool { return len(entra.secretsOf(name)) > before }
		}},
		{"delivered", func(t *testing.T, name string) func() bool {
			before := admin.stored()["clientsecretkeyid"]
			// The provider's own log-in must get through, its proof of the new secret not: refuse to add one meanwhile.
			refusal := fault(t, faults.Rule{Effect: faults.Status, Status: http.StatusServiceUnavailable, Route: addingRoute})
			return func() bool {
				if refusal != "" && asked("/addPassword") {
					fault(t, faults.Rule{Effect: faults.Latency, Route: provingRoute, Delay: parked})
					shared.Emulator.Faults().Remove(refusal)
					refusal = ""
				}
				return admin.stored()["clientsecretkeyid"] != before
			}
		}},
		{"proven", func(t *testing.T, _ string) func() bool {
			fault(t, faults.Rule{Effect: faults.Latency, Route: removingRoute, Delay: parked})
			return func() bool { return asked("/removePassword") }
		}},
		{"retired", func(t *testing.T, name string) func() bool {
			old := entra.secretsOf(name)[0]
			fault(t, faults.Rule{Effect: faults.Latency, Route: removingRoute, Delay: parked, AfterCommit: true})
			return func() bool { return entra.secretsOf(name)[0] != old }
		}},
	} {
		for _, rotating := range []bool{false, true} {
			name := fmt.Sprintf("Killed when %s, rotating %v", step.name, rotating)
			t.Run(name, func(t *testing.T) {
				cli.t = t
				admin.t, entra.t = t, t
				t.Cleanup(func() { shared.Emulator.Faults().Clear() })
				admin.save(map[string]any{})
				_ = os.Remove(filepath.Join(cli.folder, "terraform.tfstate"))
				last := "-var=rotation=1"
				if rotating {
					cli.run("apply", "-auto-approve", "-var=name="+name)
					last = "-var=rotation=2"
				} else { // with an orphan of an earlier run
					cli.run("apply", "-auto-approve", "-var=name="+name, "-target=msteamssync_application.this")
					entra.addSecret(name)
				}
				shared.Emulator.RequestLog().Reset()
				cli.killedWhen("the secret to be "+step.name, step.park(t, name), "apply", "-auto-approve", "-var=name="+name, last)
				shared.Emulator.Faults().Clear()
				client := entra.application(name)["appId"]
				if held, had := admin.stored()["clientsecret"]; (had || rotating) && !(bearer{t}).canLogIn(client, held) {
					t.Error("the plugin holds no working secret after the kill")
				}
				cli.run("apply", "-auto-approve", "-var=name="+name, last)
				cli.run("plan", "-detailed-exitcode", "-var=name="+name, last) // 0: nothing is left to do
				stored := admin.stored()
				if keys := entra.secretsOf(name); len(keys) != 1 || keys[0] != stored["clientsecretkeyid"] {
					t.Errorf("left are the keys %v, delivered is %v", keys, stored["clientsecretkeyid"])
				}
				if !(bearer{t}).canLogIn(client, stored["clientsecret"]) {
					t.Error("the plugin holds no working secret in the end")
				}
			})
		}
	}
	admin.t, entra.t = t, t
}

// heldSecret is what the plugin gets as its client secret; false while the configuration file is being written.
func heldSecret() (any, bool) {
	content, err := os.ReadFile(filepath.Join(shared.Mattermost.Dir, "config", "config.json"))
	if err != nil {
		return nil, false
	}
	var cfg struct {
		PluginSettings struct {
			Plugins map[string]map[string]any
		}
	}
	err = json.Unmarshal(content, &cfg)
	return cfg.PluginSettings.Plugins[catalog.PluginID]["clientsecret"], err == nil
}

// TestAccRotationHasNoGap: somebody who uses whatever secret the plugin holds is accepted all through a rotation.
func TestAccRotationHasNoGap(t *testing.T) {
	const name = "Secret Gap"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	cli := newSecretCLI(t)
	cli.run("apply", "-auto-approve", "-var=name="+name, "-var=overlap=24h")
	client, first := entra.application(name)["appId"], admin.stored()["clientsecret"]

	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		accepted := 0
		defer func() { stopped <- accepted }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			held, readable := heldSecret()
			switch {
			case !readable: // the server is writing the file
			case !(bearer{t}).canLogIn(client, held):
				t.Error("the plugin's secret was refused")
				return
			default:
				accepted++
			}
		}
	}()
	for _, rotation := range []string{"2", "3", "4"} {
		cli.run("apply", "-auto-approve", "-var=name="+name, "-var=overlap=24h", "-var=rotation="+rotation)
	}
	close(stop)
	if accepted := <-stopped; accepted < 10 {
		t.Errorf("the client logged in %d times only", accepted)
	}
	if admin.stored()["clientsecret"] == first {
		t.Error("nothing was rotated")
	}
	if keys := entra.secretsOf(name); len(keys) != 2 {
		t.Errorf("the application has %d secrets, want the current and the previous one", len(keys))
	}
}
