// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// parts are what shares the machine's cores. The emulator runs in the benchmark's own process, which does little else.
var parts = []string{"emulator", "plugin", "server", "postgres"}

// cpuTimes is the time that each part has had so far.
type cpuTimes map[string]time.Duration

func (t cpuTimes) since(before cpuTimes) map[string]time.Duration {
	used := map[string]time.Duration{}
	for part, now := range t {
		used[part] = now - before[part]
	}
	return used
}

// reportCPU prints what each of n messages took of the cores.
func reportCPU(name string, used map[string]time.Duration, n int) {
	for _, part := range parts {
		report(name+"_"+part+"_cpu_ms", 1000*used[part].Seconds()/float64(n), "ms/message", nil)
	}
}

// cpuTimes asks what each part has had; pluginID is the plugin that posts.
func (w *world) cpuTimes(pluginID string) (cpuTimes, error) {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return nil, fmt.Errorf("ask for the benchmark's own time: %w", err)
	}
	times := cpuTimes{"emulator": time.Duration(own.Utime.Nano() + own.Stime.Nano())}
	plugin, err := w.Mattermost.PluginPid(pluginID)
	if err != nil {
		return nil, err
	}
	if times["plugin"], err = cpuOf(plugin); err != nil {
		return nil, err
	}
	if times["server"], err = cpuOf(w.Mattermost.Pid()); err != nil {
		return nil, err
	}
	for _, pid := range append(process.Children(w.Postgres.Pid()), w.Postgres.Pid()) {
		used, err := cpuOf(pid)
		if err != nil {
			continue // a connection that was closed meanwhile
		}
		times["postgres"] += used
	}
	return times, nil
}

// cpuOf is the time that a process has had. Linux counts it in hundredths of a second (proc(5), /proc/pid/stat).
func cpuOf(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name in front may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}
