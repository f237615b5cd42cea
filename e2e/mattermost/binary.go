// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"fmt"
	"os"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// Version chooses which of the two built servers to run.
type Version int

// The servers that 'make mattermost' and 'make mattermost-oldest' build.
const (
	Default Version = iota
	Oldest
)

const (
	// ServerVariable names the environment variable that replaces the built server by another binary.
	ServerVariable = "MSTEAMSSYNC_MATTERMOST_SERVER"
	// VersionVariable, set to "oldest", makes Default mean Oldest: 'make test-oldest' runs the same tests.
	VersionVariable = "MSTEAMSSYNC_MATTERMOST"
)

// binary returns the server's path. Beside it lies <path>.assets with the translations, templates and fonts of the
// same version, which the server wants in its work directory.
func binary(v Version) (path string, err error) {
	if os.Getenv(VersionVariable) == "oldest" {
		v = Oldest
	}
	name, target := "mattermost-server", "mattermost"
	if v == Oldest {
		name, target = "mattermost-server-oldest", "mattermost-oldest"
	}
	path = os.Getenv(ServerVariable)
	if path == "" || v == Oldest {
		if path, err = repository.Path("build", name); err != nil {
			return "", err
		}
	}
	for _, needed := range []string{path, assets(path)} {
		if _, err := os.Stat(needed); err != nil {
			return "", fmt.Errorf("the Mattermost server is not complete (%w); run 'make %s'", err, target)
		}
	}
	return path, nil
}

func assets(binary string) string { return binary + ".assets" }
