// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
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

func gitops(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := repository.Path(append([]string{"examples", "gitops-drift"}, elements...)...)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// workflow is what the test looks at in a workflow of GitHub Actions.
type workflow struct {
	Name        string
	On          map[string]any
	Permissions map[string]string
	Concurrency any
	Jobs        map[string]struct {
		RunsOn      string `yaml:"runs-on"`
		Environment string
		If          string
		Env         map[string]string
		Steps       []struct {
			Name, Uses, Run string
			ID              string `yaml:"id"`
			With            map[string]any
			Env             map[string]string
		}
	}
}

var script = regexp.MustCompile(`scripts/[a-z-]+\.sh`)

// TestWorkflowsOfGitHub: they parse, ask for no more rights than they need, log in without a secret, pin what they use, and
// call scripts that there are.
func TestWorkflowsOfGitHub(t *testing.T) {
	rights := map[string]map[string]string{
		"plan":  {"contents": "read", "id-token": "write", "pull-requests": "write"},
		"drift": {"contents": "read", "id-token": "write", "issues": "write"},
		"apply": {"contents": "read", "id-token": "write"},
	}
	files, err := filepath.Glob(gitops(t, ".github", "workflows", "*.yml"))
	if err != nil || len(files) != len(rights) {
		t.Fatalf("workflows %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yml")
		t.Run(name, func(t *testing.T) {
			w := decode[workflow](t, file)
			if w.Name != name || len(w.On) == 0 || w.Concurrency == nil || len(w.Jobs) != 1 {
				t.Errorf("the workflow lacks a key: %+v", w)
			}
			if len(w.Permissions) != len(rights[name]) {
				t.Errorf("permissions %v, want %v", w.Permissions, rights[name])
			}
			for right, level := range rights[name] {
				if w.Permissions[right] != level {
					t.Errorf("permission %s is %q, want %q", right, w.Permissions[right], level)
				}
			}
			for _, job := range w.Jobs {
				if job.RunsOn == "" || job.Env["ARM_USE_OIDC"] != "true" || job.Env["ARM_CLIENT_ID"] == "" || job.Env["ARM_TENANT_ID"] == "" {
					t.Errorf("the job does not log in with a federated token: %+v", job)
				}
				for _, step := range job.Steps {
					if step.Uses != "" && !regexp.MustCompile(`^[a-z-]+/[a-z-]+@v[0-9]+$`).MatchString(step.Uses) {
						t.Errorf("%s is used in no version", step.Uses)
					}
				}
			}
			text := read(t, file)
			if strings.Contains(text, "ARM_CLIENT_SECRET") {
				t.Error("it uses a client secret")
			}
			scriptsExist(t, text)
		})
	}
	drift, plan := decode[workflow](t, gitops(t, ".github", "workflows", "drift.yml")), decode[workflow](t, gitops(t, ".github", "workflows", "plan.yml"))
	if drift.On["schedule"] == nil || !strings.Contains(read(t, gitops(t, ".github", "workflows", "drift.yml")), "scripts/drift.sh") {
		t.Error("drift is not looked for on a schedule")
	}
	if _, ok := plan.On["pull_request"]; !ok || !strings.Contains(read(t, gitops(t, ".github", "workflows", "plan.yml")), "gh pr comment") {
		t.Error("pull requests get no plan as a comment")
	}
	if apply := decode[workflow](t, gitops(t, ".github", "workflows", "apply.yml")); apply.Jobs["apply"].Environment == "" {
		t.Error("nobody is asked before an apply")
	}
}

// TestPipelineOfGitLab: the same.
func TestPipelineOfGitLab(t *testing.T) {
	type job struct {
		Stage, Extends string
		Rules          []map[string]any
		Script         []string
		Variables      map[string]string
		Tokens         map[string]struct{ Aud string } `yaml:"id_tokens"`
	}
	file := gitops(t, ".gitlab-ci.yml")
	all := decode[map[string]yaml.Node](t, file)
	jobs := map[string]job{}
	for _, name := range []string{".federated", "plan", "drift", "apply"} {
		node, ok := all[name]
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		var j job
		if err := node.Decode(&j); err != nil {
			t.Fatal(err)
		}
		jobs[name] = j
	}
	if jobs[".federated"].Tokens["ARM_OIDC_TOKEN"].Aud != "api://AzureADTokenExchange" || jobs[".federated"].Variables["ARM_USE_OIDC"] != "true" {
		t.Error("the jobs do not log in with a federated token")
	}
	for name, condition := range map[string]string{"plan": "merge_request_event", "drift": "schedule", "apply": "CI_DEFAULT_BRANCH"} {
		if j := jobs[name]; j.Extends != ".federated" || j.Stage != name || len(j.Script) == 0 || len(j.Rules) != 1 || !strings.Contains(j.Rules[0]["if"].(string), condition) {
			t.Errorf("the job %s is not as it should be: %+v", name, j)
		}
	}
	for name, calls := range map[string][]string{
		"plan":  {"terraform plan ", "scripts/plan-comment.sh plan.tfplan > comment.md", "body@comment.md", "/merge_requests/$CI_MERGE_REQUEST_IID/notes"},
		"drift": {"scripts/drift.sh", "scripts/gitlab-issue.sh"},
	} {
		for _, call := range calls {
			if !strings.Contains(strings.Join(jobs[name].Script, "\n"), call) {
				t.Errorf("the job %s lacks %q: %v", name, call, jobs[name].Script)
			}
		}
	}
	if jobs["apply"].Rules[0]["when"] != "manual" {
		t.Error("nobody is asked before an apply")
	}
	text := read(t, file)
	if strings.Contains(text, "ARM_CLIENT_SECRET") {
		t.Error("it uses a client secret")
	}
	scriptsExist(t, text)
}

func scriptsExist(t *testing.T, text string) {
	t.Helper()
	for _, path := range script.FindAllString(text, -1) {
		info, err := os.Stat(gitops(t, path))
		if err != nil || info.Mode().Perm()&0o100 == 0 {
			t.Errorf("%s is no program: %v", path, err)
		}
	}
}

func decode[T any](t *testing.T, file string) (value T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, file)), &value); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestIssuesFollowTheDrift: one issue is opened, brought up to date and closed. gh and curl are stand-ins that note what
// they are called with.
func TestIssuesFollowTheDrift(t *testing.T) {
	for _, forge := range []struct {
		script, tool string
		found        string // what the tool answers when an issue is open
		calls        map[string][]string
	}{
		{"github-issue.sh", "gh", "7", map[string][]string{
			"0 none": {"issue list"}, "0 open": {"issue list", "issue close 7"},
			"2 none": {"issue list", "label create drift", "issue create"}, "2 open": {"issue list", "issue edit 7 --body-file"},
			"3 none": {"issue list", "label create drift", "issue create"}, "1 open": {"issue list"},
		}},
		{"gitlab-issue.sh", "curl", `[{"iid": 7}]`, map[string][]string{
			"0 none": {"GET"}, "0 open": {"GET", "POST", "PUT"}, "2 none": {"GET", "POST"}, "2 open": {"GET", "PUT"}, "3 none": {"GET", "POST"}, "1 open": {"GET"},
		}},
	} {
		for situation, want := range forge.calls {
			t.Run(forge.script+" "+situation, func(t *testing.T) {
				code, issues, _ := strings.Cut(situation, " ")
				dir := t.TempDir()
				notes, report := filepath.Join(dir, "notes"), filepath.Join(dir, "drift.md")
				answer := ""
				if issues == "open" {
					answer = forge.found
				}
				// It reads what it is sent, as curl does: whoever writes into a closed pipe is ended.
				stand := "#!/bin/sh\ncase \"$*\" in *--config*) cat > /dev/null ;; esac\necho \"$*\" >> '" + notes + "'\ncase \"$*\" in *list*|*GET*) printf '%s' '" + answer + "' ;; esac\n"
				for file, text := range map[string]string{filepath.Join(dir, forge.tool): stand, report: "- `a`: b\n"} {
					if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
						t.Fatal(err)
					}
				}
				command := exec.CommandContext(t.Context(), "bash", gitops(t, "scripts", forge.script), code, report)
				command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "GITLAB_TOKEN=never-shown", "CI_API_V4_URL=https://gitlab.example/api/v4", "CI_PROJECT_ID=1")
				out, err := command.CombinedOutput()
				if (err != nil) != (code == "1") {
					t.Fatalf("%v: %s", err, out)
				}
				calls := strings.Split(strings.TrimSpace(read(t, notes)), "\n")
				if !slices.EqualFunc(calls, want, strings.Contains) {
					t.Errorf("called\n%s\nwant %q", strings.Join(calls, "\n"), want)
				}
				if strings.Contains(read(t, notes)+string(out), "never-shown") {
					t.Error("the token stands among the arguments")
				}
			})
		}
	}
}

// credential is an argument that holds one in clear.
var credential = regexp.MustCompile(`(?:password|secret|token|key)(?:_wo)?\s*=\s*"[^"]+"|PRIVATE KEY`)

// TestEachExampleExplainsItself: a folder with a configuration has a README that names it, says how to use it, and holds no
// secret.
func TestEachExampleExplainsItself(t *testing.T) {
	pattern, err := repository.Path("examples", "*", "variables.tf")
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"azure-only", "certificate-instead-of-secret", "channel-links", "complete", "evaluation-then-metered", "existing-installation", "gitops-drift",
		"high-availability", "mattermost-only", "migrate-from-azuread", "quickstart", "secret-rotation", "usgov",
	}
	var have []string
	for _, file := range found {
		dir := filepath.Dir(file)
		have = append(have, filepath.Base(dir))
		readme := read(t, filepath.Join(dir, "README.md"))
		for _, words := range []string{"# ", "For ", "terraform init", "terraform apply", "deletion_protection", "## Inputs"} {
			if !strings.Contains(readme, words) {
				t.Errorf("%s/README.md says nothing of %q", filepath.Base(dir), words)
			}
		}
		configurations, err := filepath.Glob(filepath.Join(dir, "*.tf"))
		if err != nil {
			t.Fatal(err)
		}
		for _, configuration := range configurations {
			if found := credential.FindString(read(t, configuration)); found != "" {
				t.Errorf("%s/%s holds a credential: %s", filepath.Base(dir), filepath.Base(configuration), found)
			}
		}
		if !strings.Contains(read(t, file), `variable "deletion_protection"`) {
			t.Errorf("%s has no variable deletion_protection", filepath.Base(dir))
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("the examples are %v, want %v", have, want)
	}
}
