// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"os"
	"os/exec"
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
	command := exec.CommandContext(t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), "apply", "-auto-approve", "-target="+app)
	command.Dir, command.Env = cli.folder, cli.environment
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the provider to start registering", func() bool {
		for _, request := range cloud.Requests() {
			if request.Method == "PATCH" {
				return true
			}
		}
		return false
	})
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // Terraform's own exit code for an interrupted run

	registered := admin.application(appName)
	state, err := os.ReadFile(cli.folder + "/terraform.tfstate")
	if err != nil {
		t.Fatalf("%v\n%s", err, output.Bytes())
	}
	for _, id := range []any{registered["appId"], admin.principal(registered["appId"])["id"]} {
		if !bytes.Contains(state, []byte(id.(string))) {
			t.Errorf("the state does not hold %v:\n%s\n%s", id, state, output.Bytes())
		}
	}
	cloud.Faults().Clear()
	cli.run("apply", "-auto-approve")
	if again := admin.application(appName); again["appId"] != registered["appId"] {
		t.Errorf("the next apply registered another application: %v and %v", registered["appId"], again["appId"])
	}
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
