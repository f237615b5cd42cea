// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// checkPorts looks whether the ports that were asked for are free, before anything is started.
func (o options) checkPorts() error {
	for _, asked := range []struct {
		flag string
		port int
	}{{"--emulator-port", o.emulatorPort}, {"--mattermost-port", o.mattermostPort}} {
		if asked.port == 0 {
			continue
		}
		if err := process.CheckPort(asked.port); err != nil {
			return fmt.Errorf("%s: %w", asked.flag, err)
		}
	}
	if o.emulatorPort != 0 && o.emulatorPort == o.mattermostPort {
		return fmt.Errorf("--emulator-port and --mattermost-port are both %d: choose two", o.emulatorPort)
	}
	return nil
}
