// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

// TestAccInterruptedCreateIsTracked: Ctrl-C while an application is being made leaves it whole and in the state.
func TestAccInterruptedCreateIsTracked(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	for _, route := range []string{"PATCH /applications/**", "POST /servicePrincipals"} {
		// Done at once, answered late: the interrupt falls between the effect and the answer.
		if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Latency, Route: route, Delay: faults.Duration(time.Second)}); err != nil {
			t.Fatal(err)
		}
	}
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.interruptedWhen("the provider to start registering", func() bool {
		for _, request := range cloud.Requests() {
			if request.Method == http.MethodPatch {
				return true
			}
		}
		return false
	}, func() {}, "apply", "-auto-approve", "-target="+app)

	registered := admin.application(appName)
	state, err := os.ReadFile(cli.folder + "/terraform.tfstate")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []any{registered["appId"], admin.principal(registered["appId"])["id"]} {
		if !bytes.Contains(state, []byte(id.(string))) {
			t.Errorf("the state does not hold %v:\n%s", id, state)
		}
	}
	cloud.Faults().Clear()
	cli.run("apply", "-auto-approve")
	if again := admin.application(appName); again["appId"] != registered["appId"] {
		t.Errorf("the next apply registered another application: %v and %v", registered["appId"], again["appId"])
	}
}

// interruptedWhen runs Terraform and presses Ctrl-C as soon as happened says so. Once Terraform has noticed, it calls
// release, and then waits for the end of the run.
func (c *cli) interruptedWhen(what string, happened func() bool, release func(), arguments ...string) {
	c.t.Helper()
	output, err := os.Create(filepath.Join(c.t.TempDir(), "output"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer output.Close()
	command := exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env, command.Stdout, command.Stderr = c.folder, c.environment, output, output
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	eventually(c.t, what, happened)
	if err := command.Process.Signal(os.Interrupt); err != nil {
		c.t.Fatal(err)
	}
	eventually(c.t, "Terraform to notice the interrupt", func() bool {
		said, err := os.ReadFile(output.Name())
		return err == nil && bytes.Contains(said, []byte("Interrupt received"))
	})
	release()
	_ = command.Wait() // Terraform's own exit code for an interrupted run
}

// TestAccStoppedAzureCreateIsTracked: what a run makes that is interrupted meanwhile is in the state. After a kill, the next
// apply adopts the billing account; an account that may be somebody's is not taken over, and the message says how to
// import it. Nothing is made twice.
func TestAccStoppedAzureCreateIsTracked(t *testing.T) {
	cloud := emulator.Start(t)
	admin := openPortal(t, cloud)
	c := newAzureCLI(t, cloud, "Bridge-Pass-1")
	c.run("apply", "-auto-approve", "-target="+app)
	for _, test := range []struct{ address, route, path, importID string }{
		{bot, "POST /users", "/v1.0/users/" + botName, botName},
		{metered, "PUT /subscriptions/**", accountPath + accountsAPI, ""},
	} {
		made := func() any {
			if status, answer := admin.try(http.MethodGet, test.path, nil); status == http.StatusOK {
				return answer["id"]
			}
			return nil
		}
		is := func() bool { return made() != nil }
		late := func(delay faults.Duration) { // done at once, answered late
			if _, err := cloud.Faults().Add(faults.Rule{Effect: faults.Latency, Route: test.route, Delay: delay, AfterCommit: true}); err != nil {
				t.Fatal(err)
			}
		}
		finish := func(t *testing.T, id any) {
			t.Helper()
			c.run("apply", "-auto-approve", "-target="+test.address)
			c.run("plan", "-detailed-exitcode", "-target="+test.address)
			if held := c.attribute(test.address, "id"); id == nil || made() != id || held != id {
				t.Errorf("made was %v, there is %v, the state holds %v", id, made(), held)
			}
			c.run("destroy", "-auto-approve", "-target="+test.address)
			if test.address == bot { // else the next create brings it back
				if err := cloud.Directory().Purge(fmt.Sprint(id)); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Run(test.address+" interrupted", func(t *testing.T) {
			c.t, admin.t = t, t
			late(faults.Duration(time.Second))
			c.interruptedWhen("it to be made", is, cloud.Faults().Clear, "apply", "-auto-approve", "-target="+test.address)
			id := made()
			if held := c.attribute(test.address, "id"); held != id {
				t.Errorf("made was %v, the state holds %v", id, held)
			}
			finish(t, id)
		})
		t.Run(test.address+" killed", func(t *testing.T) {
			c.t, admin.t = t, t
			late(parked)
			c.killedWhen("it to be made", is, "apply", "-auto-approve", "-target="+test.address)
			cloud.Faults().Clear()
			id := made()
			if test.importID != "" {
				if said := c.fails("apply", "-auto-approve", "-target="+test.address); !strings.Contains(said, "terraform import msteamssync_bot_user.NAME "+test.importID) {
					t.Errorf("nothing about an import in: %s", said)
				}
				c.run("import", test.address, test.importID)
			}
			finish(t, id)
		})
	}
	c.t, admin.t = t, t
}

// eventually waits for something that happens in another process.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !happened() {
		select {
		case <-deadline:
			t.Fatalf("waited a minute for %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
