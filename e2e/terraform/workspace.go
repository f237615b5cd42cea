// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Workspace is a copy of an example with the modules it uses, ready for `init`.
type Workspace struct {
	Dir string // where the commands run; holds the state

	root   string // holds modules/, examples/, the mirror and the CLI's configuration
	source string // root of the repository
	host   string // that the CLI puts before a provider's short address
	binary string
	env    []string
}

// Options of a workspace.
type Options struct {
	Binary   string            // terraform or tofu
	Provider string            // the built provider
	Version  string            // its version
	Example  string            // folder below examples/; none if empty
	Source   string            // root of the repository
	Dir      string            // an existing empty directory
	Env      map[string]string // for every command: credentials, TF_VAR_…
}

const providerSource = "msteamssync/msteamssync"

// New copies the example and installs the provider into a mirror of its own.
func New(ctx context.Context, o Options) (*Workspace, error) {
	if _, err := os.Stat(o.Binary); err != nil {
		return nil, fmt.Errorf("no Terraform (%w); run 'make terraform', which builds OpenTofu where terraform is missing", err)
	}
	w := &Workspace{Dir: filepath.Join(o.Dir, "examples", o.Example), root: o.Dir, source: o.Source, binary: o.Binary}
	parts := []string{"modules"}
	if o.Example != "" {
		parts = append(parts, filepath.Join("examples", o.Example))
	}
	for _, part := range parts {
		if err := w.copy(part); err != nil {
			return nil, err
		}
	}
	w.env = w.environment(o.Env)
	// An empty configuration: a file that is missing makes OpenTofu warn.
	if err := os.WriteFile(w.configFile(), nil, 0o600); err != nil {
		return nil, fmt.Errorf("write the CLI's configuration: %w", err)
	}
	address, err := w.providerAddress(ctx)
	if err != nil {
		return nil, err
	}
	w.host = strings.TrimSuffix(address, "/"+providerSource)
	if err := w.Install(providerSource, o.Version, o.Provider); err != nil {
		return nil, err
	}
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.Join(w.root, "mirror"))
	if err := os.WriteFile(w.configFile(), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("write the CLI's configuration: %w", err)
	}
	return w, nil
}

// Also is another folder of the repository, an example or a module, with the same providers and other variables. A folder
// that was copied before, such as modules/…, is used as it stands there.
func (w *Workspace) Also(folder string, env map[string]string) (*Workspace, error) {
	other := *w
	other.Dir, other.env = filepath.Join(w.root, folder), w.environment(env)
	if _, err := os.Stat(other.Dir); err == nil {
		return &other, nil
	}
	return &other, w.copy(folder)
}

func (w *Workspace) copy(part string) error {
	if err := copyTree(filepath.Join(w.source, part), filepath.Join(w.root, part)); err != nil {
		return fmt.Errorf("copy %s: %w", part, err)
	}
	return nil
}

// Set gives the commands that follow another value of a variable.
func (w *Workspace) Set(name, value string) {
	w.env = append(w.env, name+"="+value)
}

// Binary is the CLI, for scripts that run it.
func (w *Workspace) Binary() string { return w.binary }

// Environ is the environment of the commands.
func (w *Workspace) Environ() []string { return slices.Clone(w.env) }

// Host is what the CLI puts before a provider's short address: Terraform and OpenTofu have different default hosts.
func (w *Workspace) Host() string { return w.host }

func (w *Workspace) configFile() string { return filepath.Join(w.root, "terraformrc") }

// LogFile is where commands that were asked to write their trace log.
func (w *Workspace) LogFile() string { return filepath.Join(w.root, "terraform.log") }

func (w *Workspace) environment(own map[string]string) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		// What the caller's shell says about a tenant, a server or Terraform is not meant for this one.
		if !hasAnyPrefix(name, "TF_", "ARM_", "AZURE_", "MM_") {
			env = append(env, v)
		}
	}
	env = append(env, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_CONFIG_FILE="+w.configFile())
	for name, value := range own {
		env = append(env, name+"="+value)
	}
	return env
}

// WriteEnvironment writes the variables that the commands get beside the shell's own, for a shell to read, so that
// people can go on by hand. The file holds this run's credentials; only its owner may read it.
func (w *Workspace) WriteEnvironment(file string) error {
	var b strings.Builder
	for _, variable := range w.env {
		if name, value, _ := strings.Cut(variable, "="); hasAnyPrefix(name, "TF_", "ARM_", "MM_", "CHECKPOINT_") {
			fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write the environment: %w", err)
	}
	return nil
}

// providerAddress asks the CLI how it spells the provider's full address: Terraform and OpenTofu have different default
// hosts.
func (w *Workspace) providerAddress(ctx context.Context) (string, error) {
	dir := filepath.Join(w.root, "address")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("ask for the provider's address: %w", err)
	}
	block := "terraform {\n  required_providers {\n    msteamssync = { source = \"" + providerSource + "\" }\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(block), 0o600); err != nil {
		return "", fmt.Errorf("ask for the provider's address: %w", err)
	}
	cmd := exec.CommandContext(ctx, w.binary, "-chdir="+dir, "providers")
	cmd.Env = w.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s providers: %w\n%s", filepath.Base(w.binary), err, out)
	}
	found := providerLine.FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("%s providers does not name the provider:\n%s", filepath.Base(w.binary), out)
	}
	return string(found[1]), nil
}

var providerLine = regexp.MustCompile(`provider\[([^\]]+/` + providerSource + `)\]`)

// Install lays a built provider out as the CLI expects it in an unpacked mirror. source is its short address.
func (w *Workspace) Install(source, version, binary string) error {
	dir := filepath.Join(w.root, "mirror", w.host, source, version, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the provider mirror: %w", err)
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		return fmt.Errorf("find the provider: %w", err)
	}
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("the provider is not built (%w); run 'make build'", err)
	}
	name := fmt.Sprintf("terraform-provider-%s_v%s", filepath.Base(source), version)
	if err := os.Symlink(binary, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("put the provider into the mirror: %w", err)
	}
	return nil
}

// Result of a command.
type Result struct {
	Output   string // stdout and stderr
	ExitCode int
}

// ErrFailed is wrapped when a command ends with an exit code that is not expected.
var ErrFailed = errors.New("failed")

// Run runs a command, with -no-color added. Exit code 2 of `plan -detailed-exitcode` (there are changes) is no error.
func (w *Workspace) Run(ctx context.Context, args ...string) (Result, error) {
	return w.run(ctx, nil, args...)
}

// RunLogged is Run with Terraform's and the provider's trace in LogFile.
func (w *Workspace) RunLogged(ctx context.Context, args ...string) (Result, error) {
	return w.run(ctx, []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + w.LogFile()}, args...)
}

// Refused runs a command with other variables than the workspace's and returns what it said when it failed, which it
// must.
func (w *Workspace) Refused(ctx context.Context, env map[string]string, args ...string) (string, error) {
	var other []string
	for name, value := range env {
		other = append(other, name+"="+value)
	}
	result, err := w.run(ctx, other, args...)
	if err == nil {
		return "", fmt.Errorf("%s %s was not refused:\n%s", filepath.Base(w.binary), args[0], result.Output)
	}
	if !errors.Is(err, ErrFailed) {
		return "", err
	}
	return result.Output, nil
}

func (w *Workspace) run(ctx context.Context, env []string, args ...string) (Result, error) {
	command := args[0]
	if command != "show" && command != "state" { // have the flag too, but elsewhere
		args = append([]string{command, "-no-color"}, args[1:]...)
	}
	cmd := exec.CommandContext(ctx, w.binary, append([]string{"-chdir=" + w.Dir}, args...)...)
	cmd.Env = append(w.env, env...)
	// Ctrl-C is for us: an interrupted apply would leave half of it.
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	result := Result{Output: out.String(), ExitCode: cmd.ProcessState.ExitCode()}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return result, nil
	case errors.As(err, &exit) && result.ExitCode == 2 && command == "plan":
		return result, nil
	default:
		return result, fmt.Errorf("%s %s %w: %w\n%s", filepath.Base(w.binary), command, ErrFailed, err, result.Output)
	}
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// copyTree copies the files that git tracks in spirit: no state, no .terraform.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch name := entry.Name(); {
		case entry.IsDir() && name == ".terraform":
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o700)
		case strings.HasPrefix(name, ".terraform"), strings.Contains(name, ".tfstate"):
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600|info.Mode().Perm()&0o100) // scripts stay scripts
	})
}
