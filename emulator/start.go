// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator

import "testing"

// Start runs an emulator for the length of a test. At most one Config may be given.
func Start(t testing.TB, config ...Config) *Server {
	t.Helper()
	var chosen Config
	if len(config) > 0 {
		chosen = config[0]
	}
	server, err := New(chosen)
	if err != nil {
		t.Fatalf("make the emulator: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close the emulator: %v", err)
		}
	})
	if err := server.Start(); err != nil {
		t.Fatalf("start the emulator: %v", err)
	}
	return server
}
