// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// PluginPid is the process id of a running plugin.
func (s *Server) PluginPid(id string) (int, error) {
	folder := filepath.Join(s.Dir, "plugins", id) + string(filepath.Separator)
	for _, child := range process.Children(s.Pid()) {
		if program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", child)); err == nil && strings.HasPrefix(program, folder) {
			return child, nil
		}
	}
	return 0, fmt.Errorf("the server runs no process of the plugin %s", id)
}

// KillPlugin ends a plugin at once, as a crash would. The server starts it again at its next check, within 30 s, and gives
// up at the third failure within 60 minutes.
func (s *Server) KillPlugin(id string) error {
	pid, err := s.PluginPid(id)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the plugin %s: %w", id, err)
	}
	return nil
}
