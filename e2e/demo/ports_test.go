// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"net"
	"strconv"
	"strings"
	"testing"
)

// TestTakenPortsAreNamed: the demo says which of its ports is taken before it starts anything.
func TestTakenPortsAreNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, number, _ := net.SplitHostPort(l.Addr().String())
	taken, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	for flag, o := range map[string]options{
		"--mattermost-port": {mattermostPort: taken},
		"--emulator-port":   {emulatorPort: taken},
	} {
		err := run(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), flag+": port "+number+" on 127.0.0.1 is taken") || !strings.Contains(err.Error(), "choose another one, or 0 for a free one") {
			t.Errorf("%s: error = %v", flag, err)
		}
	}
}

func TestFreePortsAreTaken(t *testing.T) {
	if err := (options{}).checkPorts(); err != nil {
		t.Errorf("without ports: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, number, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	free, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	if err := (options{mattermostPort: free}).checkPorts(); err != nil {
		t.Errorf("a free port: %v", err)
	}
	if err := (options{mattermostPort: free, emulatorPort: free}).checkPorts(); err == nil || !strings.Contains(err.Error(), "choose two") {
		t.Errorf("one port for both: %v", err)
	}
}
