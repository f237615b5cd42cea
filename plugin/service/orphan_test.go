// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
)

// role makes this test binary play a server that dies, or its plugin.
const role = "MSTEAMSSYNC_TEST_ROLE"

// TestAnOrphanNotices starts a process that starts another one and dies when that one is ready. The latter tells over
// a pipe that it noticed.
func TestAnOrphanNotices(t *testing.T) {
	switch os.Getenv(role) {
	case "server":
		playServer()
	case "plugin":
		playPlugin()
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server := again("server", write)
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	if err := read.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if told, err := io.ReadAll(read); err != nil || string(told) != "orphaned" {
		t.Errorf("the plugin told %q, %v", told, err)
	}
}

// again runs this test in another process with a pipe as file 3.
func again(as string, pipe *os.File) *exec.Cmd {
	c := exec.Command(os.Args[0], "-test.run=^TestAnOrphanNotices$")
	c.Env = append(os.Environ(), role+"="+as)
	c.ExtraFiles = []*os.File{pipe}
	return c
}

func playServer() {
	plugin := again("plugin", os.NewFile(3, "pipe"))
	out, err := plugin.StdoutPipe()
	if err == nil {
		err = plugin.Start()
	}
	if err == nil {
		_, err = bufio.NewReader(out).ReadString('\n')
	}
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func playPlugin() {
	service.WhenOrphaned(func() {
		fmt.Fprint(os.NewFile(3, "pipe"), "orphaned")
		os.Exit(0)
	})
	fmt.Println("ready")
	<-time.After(time.Minute) // until it is orphaned
	os.Exit(1)
}
