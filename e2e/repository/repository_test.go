// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package repository_test

import (
	"os"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

func TestPathLeadsIntoTheRepository(t *testing.T) {
	file, err := repository.Path("e2e", "repository", "repository.go")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestOutsideIsAnErrorThatSaysSo(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := repository.Root(); err == nil || !strings.Contains(err.Error(), "not inside the repository") {
		t.Errorf("error = %v", err)
	}
}
