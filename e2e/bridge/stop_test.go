//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestADisableInTheMiddleOfASend: one that ends in time is finished, another one is given back and looked for later.
func TestADisableInTheMiddleOfASend(t *testing.T) {
	for name, c := range map[string]struct {
		delay time.Duration
		taken bool // by Teams, before the delay
	}{
		"that ends in time":                 {2 * time.Second, true},
		"that Teams took and never answers": {time.Minute, true},
		"that never reaches Teams":          {time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLink(t)
			slow, err := shared.Emulator.Faults().Add(faults.Rule{
				Effect: faults.Latency, Delay: faults.Duration(c.delay), AfterCommit: c.taken, Next: 1,
				Route: fmt.Sprintf("POST /teams/*/channels/%s/messages", l.place.Channel),
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(slow.ID) })
			post := l.write(t, shared.alex, "", "in the middle")
			l.write(t, shared.alex, post.Id, "reply to it")
			eventually(t, func(context.Context) error {
				rule, err := shared.Emulator.Faults().Rule(slow.ID)
				if err == nil && rule.Struck == 0 {
					err = errors.New("the send has not begun")
				}
				return err
			})
			if err := shared.DisablePlugin(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.write(t, shared.alex, "", "while disabled")
			if err := shared.EnablePlugin(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.waitForAll(t, 3, 3)
			root := l.message(t, "in the middle")
			if reply := l.message(t, "reply to it"); reply.ReplyToID == nil || *reply.ReplyToID != root.ID {
				t.Errorf("in Teams the reply replies to %v, want %s", reply.ReplyToID, root.ID)
			}
			if posts, messages := l.counts(t); posts != 3 || messages != 3 {
				t.Errorf("%d posts and %d Teams messages, want 3 on each side", posts, messages)
			}
		})
	}
}

// TestAnUpgradeLosesAndDoublesNothing: a newer bundle is uploaded over the running plugin while people write on both sides.
func TestAnUpgradeLosesAndDoublesNothing(t *testing.T) {
	l := newLink(t)
	newer := newerBundle(t)
	t.Cleanup(func() {
		if err := shared.InstallPlugin(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	// Sends take a while, so that the upgrade falls into some of them.
	slow, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Latency, Route: "POST /teams/**", Delay: faults.Duration(100 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(slow.ID) })
	uploaded := make(chan error, 1)
	const n = 30
	for i := range n {
		if i == n/3 {
			go func() {
				_, _, err := shared.Mattermost.Client().UploadPluginForced(t.Context(), bytes.NewReader(newer))
				uploaded <- err
			}()
		}
		l.write(t, shared.alex, "", fmt.Sprintf("to teams %02d.", i))
		l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>to mattermost %02d.</p>", i))
	}
	if err := <-uploaded; err != nil {
		t.Fatal(err)
	}
	if err := shared.WaitPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	statuses, _, err := shared.Mattermost.Client().GetPluginStatuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range statuses {
		if status.PluginId == catalog.PluginID && status.Version != newerVersion {
			t.Errorf("version %s runs, want %s", status.Version, newerVersion)
		}
	}
	l.waitForAll(t, 2*n, 2*n)
	for i := range n {
		l.message(t, fmt.Sprintf("to teams %02d.", i))
		l.post(t, fmt.Sprintf("to mattermost %02d.", i))
	}
	if posts, messages := l.counts(t); posts != 2*n || messages != 2*n {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, 2*n)
	}
}

const newerVersion = "99.0.0"

var versionLine = regexp.MustCompile(`"version": "[^"]*"`)

// newerBundle is the plugin's bundle with a higher version.
func newerBundle(t *testing.T) []byte {
	t.Helper()
	path, err := stack.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	from, to := tar.NewReader(unzipped), tar.NewWriter(zipped)
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(header.Name, "/plugin.json") {
			content = versionLine.ReplaceAll(content, []byte(`"version": "`+newerVersion+`"`))
			header.Size = int64(len(content))
		}
		if err := to.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(to.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
