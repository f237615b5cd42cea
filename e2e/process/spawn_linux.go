// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// attributes makes the kernel send the stop signal when we die without stopping the child (a test's time-out, a kill).
func attributes(c Command) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: c.StopSignal}
	if c.User != nil {
		a.Credential = &syscall.Credential{Uid: c.User.UID, Gid: c.User.GID, NoSetGroups: false}
	}
	return a
}

var (
	spawner  sync.Once
	spawning chan func()
)

// spawn starts cmd on one operating system thread that lives as long as we do: "parent death" means the death of the
// thread that forked (prctl(2), PR_SET_PDEATHSIG), and Go ends threads when it likes.
func spawn(cmd *exec.Cmd) error {
	spawner.Do(func() {
		spawning = make(chan func())
		go func() {
			runtime.LockOSThread()
			for start := range spawning {
				start()
			}
		}()
	})
	result := make(chan error, 1)
	spawning <- func() { result <- cmd.Start() }
	return <-result
}
