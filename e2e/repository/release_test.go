// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package repository_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// release is what of .goreleaser.yml the Terraform registry, and whoever builds the same release again, rely on.
type release struct {
	ProjectName string `yaml:"project_name"`
	Before      struct{ Hooks []string }
	Builds      []struct {
		ID, Main, Binary string
		Env, Flags       []string
		LDFlags          []string `yaml:"ldflags"`
		Mod              string   `yaml:"mod_timestamp"`
		Targets          []string
	}
	Archives []struct {
		ID      string
		IDs     []string `yaml:"ids"`
		Formats []string
		Name    string `yaml:"name_template"`
	}
	SBOMs []struct {
		Artifacts string
		Cmd       string
	} `yaml:"sboms"`
	Checksum struct {
		Name      string `yaml:"name_template"`
		Algorithm string
		Extra     []extraFile `yaml:"extra_files"`
	}
	Signs []struct {
		Artifacts, Signature string
		Args                 []string
	}
	Release struct {
		Extra []extraFile `yaml:"extra_files"`
	}
}

type extraFile struct {
	Glob string
	Name string `yaml:"name_template"`
}

// TestTheReleaseIsWhatTheRegistryWants (Terraform docs, "Publishing Providers").
func TestTheReleaseIsWhatTheRegistryWants(t *testing.T) {
	var r release
	if err := yaml.Unmarshal([]byte(readFile(t, ".goreleaser.yml")), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Builds) == 0 || len(r.Archives) == 0 {
		t.Fatal("nothing is built")
	}
	provider, archive := r.Builds[0], r.Archives[0]
	if r.ProjectName != "terraform-provider-msteamssync" || provider.Binary != "{{ .ProjectName }}_v{{ .Version }}" || provider.Main != "." {
		t.Errorf("the provider's program is %s of %s", provider.Binary, provider.Main)
	}
	if archive.Name != "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}" || !slices.Equal(archive.Formats, []string{"zip"}) || !slices.Equal(archive.IDs, []string{provider.ID}) {
		t.Errorf("the provider's archive is %+v", archive)
	}
	if r.Checksum.Name != "{{ .ProjectName }}_{{ .Version }}_SHA256SUMS" || r.Checksum.Algorithm != "sha256" {
		t.Errorf("checksums are %+v", r.Checksum)
	}
	manifest := extraFile{"terraform-registry-manifest.json", "{{ .ProjectName }}_{{ .Version }}_manifest.json"}
	if !slices.Contains(r.Checksum.Extra, manifest) || !slices.Contains(r.Release.Extra, manifest) {
		t.Error("the registry's manifest is not released, or not among the checksums")
	}
	if len(r.Signs) != 1 || r.Signs[0].Artifacts != "checksum" || r.Signs[0].Signature != "${artifact}.sig" || !slices.Contains(r.Signs[0].Args, "--detach-sign") {
		t.Errorf("signatures are %+v", r.Signs)
	}
	if len(r.SBOMs) == 0 || r.SBOMs[0].Artifacts != "binary" {
		t.Fatalf("lists of what programs are made of: %+v", r.SBOMs)
	}
	if cmd := r.SBOMs[0].Cmd; cmd != "../build/tools/cyclonedx-gomod" { // goreleaser runs it in dist/
		t.Errorf("lists of what programs are made of are written by %s", cmd)
	}
	if !strings.Contains(readFile(t, ".gitignore"), "/dist/\n") {
		t.Error("what goreleaser leaves behind would make the next tree dirty")
	}
	for _, build := range r.Builds {
		if !slices.Contains(build.Flags, "-trimpath") || !slices.Contains(build.Env, "CGO_ENABLED=0") || build.Mod != "{{ .CommitTimestamp }}" {
			t.Errorf("%s is not the same for whoever builds it: %+v", build.ID, build)
		}
	}
	if !strings.Contains(strings.Join(provider.LDFlags, " "), "-X main.version={{ .Version }}") || !strings.Contains(readFile(t, "main.go"), "var version = ") {
		t.Errorf("the provider would not know its version: %v", provider.LDFlags)
	}
	bundled := slices.IndexFunc(r.Before.Hooks, func(hook string) bool {
		return strings.Contains(hook, "make bundle") && strings.Contains(hook, "RELEASE=1")
	})
	if bundled < 0 {
		t.Errorf("the provider would be built without the bundle: %v", r.Before.Hooks)
	}
}

func TestTheManifestNamesTheProtocol(t *testing.T) {
	var manifest struct {
		Version  int
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "terraform-registry-manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("manifest = %+v", manifest)
	}
	if main := readFile(t, "main.go"); !strings.Contains(main, "providerserver.Serve") {
		t.Error("main.go serves the provider another way; protocol 6 is what providerserver.Serve speaks")
	}
}

// TestAReleaseHasOneVersion runs the script on a repository of its own.
func TestAReleaseHasOneVersion(t *testing.T) {
	script, err := repository.Path("tools", "release-version")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for name, content := range map[string]string{
		"plugin/plugin.json": "{\n  \"version\": \"0.2.0\",\n  \"x\": 1\n}\n",
		"CHANGELOG.md":       "# Changelog\n\n## 0.2.0 – 2026-12-01\n\n## 0.1.0\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := func(version string) (string, error) {
		content, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(root, "tools", "release-version")
		if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, content, 0o700); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), copied, version).CombinedOutput()
		return string(out), err
	}
	for version, want := range map[string]string{
		"0.2.0":                "",
		"0.3.0-SNAPSHOT-abcde": "",
		"0.3.0":                "plugin/plugin.json has the version 0.2.0; make them equal",
	} {
		if out, err := said(version); (err != nil) != (want != "") || !strings.Contains(out, want) {
			t.Errorf("%s: %v %q", version, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "CHANGELOG.md"), []byte("## Unreleased\n\n## 0.2.01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := said("0.2.0"); err == nil || !strings.Contains(out, `CHANGELOG.md has no heading "## 0.2.0"`) {
		t.Errorf("without a heading: %v %q", err, out)
	}
}

// TestOnlyReleasesAreBuiltWithoutTheirDirectory asks make for the flags that it gives Go.
func TestOnlyReleasesAreBuiltWithoutTheirDirectory(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	for argument, want := range map[string]string{"RELEASE=1": "-buildvcs=false -trimpath", "RELEASE=": "-buildvcs=false"} {
		// -p prints what variables are.
		printed, err := exec.CommandContext(t.Context(), "make", "-C", root, "-p", "-n", "help", argument).Output()
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^GOFLAGS := ` + want + `$`).Match(printed) {
			t.Errorf("make %s does not have GOFLAGS %q", argument, want)
		}
	}
}

var target = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*?## .+$`)

// TestMakeHelpListsWhatPeopleNeed: a target that the documents name can be run, and those for people stand in make help.
func TestMakeHelpListsWhatPeopleNeed(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.CommandContext(t.Context(), "make", "-C", root, "help").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, help)
	}
	makefile := readFile(t, "GNUmakefile")
	var listed []string
	for _, match := range target.FindAllStringSubmatch(makefile, -1) {
		listed = append(listed, match[1])
		if !strings.Contains(string(help), "make "+match[1]+" ") {
			t.Errorf("make help does not list %s", match[1])
		}
	}
	if len(listed) < 20 {
		t.Fatalf("only %d targets are described", len(listed))
	}
	for _, document := range []string{"README.md", "CONTRIBUTING.md"} {
		for _, named := range regexp.MustCompile("`make ([a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*)").FindAllStringSubmatch(readFile(t, document), -1) {
			for _, name := range strings.Fields(named[1]) {
				if !slices.Contains(listed, name) {
					t.Errorf("%s names make %s, which make help does not list", document, name)
				}
			}
		}
	}
}
