// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"fmt"
	"os"
	"path/filepath"
)

// Version chooses which of the two built servers to run.
type Version int

// The servers that 'make mattermost' and 'make mattermost-oldest' build.
const (
	Default Version = iota
	Oldest
)

// ServerVariable names the environment variable that replaces the built server by another binary.
const ServerVariable = "MSTEAMSSYNC_MATTERMOST_SERVER"

// binary returns the server's path. Beside it lies <path>.assets with the translations, templates and fonts of the
// same version, which the server wants in its work directory.
func binary(v Version) (path string, err error) {
	name, target := "mattermost-server", "mattermost"
	if v == Oldest {
		name, target = "mattermost-server-oldest", "mattermost-oldest"
	}
	path = os.Getenv(ServerVariable)
	if path == "" || v == Oldest {
		root, err := RepositoryRoot()
		if err != nil {
			return "", err
		}
		path = filepath.Join(root, "build", name)
	}
	for _, needed := range []string{path, assets(path)} {
		if _, err := os.Stat(needed); err != nil {
			return "", fmt.Errorf("the Mattermost server is not complete (%w); run 'make %s'", err, target)
		}
	}
	return path, nil
}

func assets(binary string) string { return binary + ".assets" }

// RepositoryRoot is the directory of the repository that the current directory lies in.
func RepositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "tools", "mattermost", "go.mod")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is not inside the repository of terraform-provider-msteamssync", dir)
		}
	}
}
