// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// Run is the body of a TestMain: it starts a stack, hands it to use, runs the package's tests on it, shows the
// servers' logs when a test failed, and stops everything. It returns the exit code.
func Run(m *testing.M, options Options, use func(*Stack)) int {
	ctx := context.Background()
	s, err := Start(ctx, options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "The test stack did not start:", err)
		return 1
	}
	use(s)
	code := m.Run()
	if code != 0 {
		s.WriteLogs(os.Stderr)
	}
	if err := s.Stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "The test stack did not stop cleanly:", err)
		return 1
	}
	return code
}
