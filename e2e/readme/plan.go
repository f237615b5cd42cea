// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// command is a line of the README and what is run for it.
type command struct {
	written string
	run     []string
}

// plan reads the commands of the README's section. A command that nobody tries is an error: the README would promise what is
// not known to work.
func plan(readme string) ([]command, error) {
	var commands []command
	for _, line := range codeOf(readme, section) {
		words, known := tried[line]
		if !known {
			return nil, fmt.Errorf("%q stands in the README's section %q, and nothing tries it; add it to e2e/readme", line, section)
		}
		commands = append(commands, command{line, words})
	}
	if len(commands) == 0 {
		return nil, fmt.Errorf("the README has no commands in a section %q", section)
	}
	return commands, nil
}

// codeOf returns the lines of the code blocks below a heading.
func codeOf(document, heading string) (lines []string) {
	within, code := false, false
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
		case !code && strings.HasPrefix(line, "#"):
			within = strings.TrimSpace(strings.TrimLeft(line, "#")) == heading
		case code && within && line != "" && !strings.HasPrefix(line, "#"):
			lines = append(lines, line)
		}
	}
	return lines
}

// kept are the variables that a newcomer's machine has as well: where programs and certificates are, and how the network is
// reached. Everything else, caches and tokens included, is left out.
var kept = []string{
	"PATH", "LANG", "LC_ALL", "TERM", "USER", "LOGNAME", "SHELL", "TZ",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
	"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE", "GOTOOLCHAIN", "GOROOT",
}

// environment is what the commands get. found are settings of the registries that stand in this user's files.
func environment(all []string, home string, found map[string]string) []string {
	values := map[string]string{}
	for name, value := range found {
		values[name] = value
	}
	for _, entry := range all {
		name, value, _ := strings.Cut(entry, "=")
		lower := strings.ToLower(name)
		if slices.Contains(kept, name) || lower == "npm_config_registry" || lower == "npm_config_cafile" || lower == "npm_config_strict_ssl" {
			values[name] = value
		}
	}
	values["HOME"] = home
	var result []string
	for name, value := range values {
		result = append(result, name+"="+value)
	}
	slices.Sort(result)
	return result
}

// registries are where Go and npm of this user get their packages: an empty home does not know.
func registries(ctx context.Context) map[string]string {
	found := map[string]string{}
	ask := func(variable, program string, arguments ...string) {
		answer, err := exec.CommandContext(ctx, program, arguments...).Output()
		if value := strings.TrimSpace(string(answer)); err == nil && value != "" && value != "undefined" && value != "null" {
			found[variable] = value
		}
	}
	for _, variable := range []string{"GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE", "GOTOOLCHAIN"} {
		ask(variable, "go", "env", variable)
	}
	ask("npm_config_registry", "npm", "config", "get", "registry")
	ask("npm_config_cafile", "npm", "config", "get", "cafile")
	return found
}
