// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// TestAccNoSecretIsWrittenDown runs the built provider under the real CLI, with everything logged, and searches all that
// it leaves behind.
func TestAccNoSecretIsWrittenDown(t *testing.T) {
	const botPassword = "Bridge-Pass-7391"
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, botPassword)
	cli.run("plan", "-out=plan")
	cli.run("apply", "plan")
	cli.run("plan", "-detailed-exitcode") // 0: nothing to do
	cli.run("show", "-json")

	if trace := cli.leftovers()["trace.log"]; !bytes.Contains(trace, []byte("Microsoft Graph: ")) {
		t.Error("the trace log does not hold the provider's own lines, so searching it proves little")
	}
	token := strings.TrimPrefix(openPortal(t, cloud).token, "eyJ")[:40] // the header of each of the emulator's tokens
	for file, content := range cli.leftovers() {
		for name, secret := range map[string]string{"client secret": provisionerKey, "bot password": botPassword, "access token": token} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the %s", file, name)
			}
		}
	}
	cli.run("destroy", "-auto-approve")
	for _, request := range cloud.Requests() {
		for _, secret := range []string{provisionerKey, botPassword} {
			if strings.Contains(request.Query+request.Body, secret) {
				t.Errorf("the emulator's request log shows a secret in %s %s", request.Method, request.Path)
			}
		}
	}
}

// leftovers are all files of the folder but the certificate, the parts of the plan file, and what Terraform printed.
func (c *cli) leftovers() map[string][]byte {
	c.t.Helper()
	found := map[string][]byte{"the output": c.output.Bytes()}
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(c.folder, entry.Name()))
		if err != nil {
			c.t.Fatal(err)
		}
		found[entry.Name()] = content
	}
	plan, err := zip.OpenReader(filepath.Join(c.folder, "plan"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer plan.Close()
	for _, part := range plan.File {
		reader, err := part.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			c.t.Fatal(err)
		}
		found["plan/"+part.Name] = content
	}
	for _, must := range []string{"terraform.tfstate", "trace.log", "plan/tfplan"} {
		if len(found[must]) == 0 {
			c.t.Fatalf("there is no %s to search", must)
		}
	}
	return found
}
