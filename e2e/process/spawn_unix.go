//go:build unix && !linux

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"os/exec"
	"syscall"
)

func attributes(c Command) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if c.User != nil {
		a.Credential = &syscall.Credential{Uid: c.User.UID, Gid: c.User.GID}
	}
	return a
}

func spawn(cmd *exec.Cmd) error { return cmd.Start() }
