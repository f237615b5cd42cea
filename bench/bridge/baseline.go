// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
)

// baselineID is the plugin in ceiling/.
const baselineID = "com.example.ceiling"

// atOnceInBridge is how many lanes the engine works on at once (bridge.Tuning.Workers).
const atOnceInBridge = 16

// ceiling is what the server does at best.
type ceiling struct {
	posts   int
	took    time.Duration
	commits int64 // of the whole database
	cpu     map[string]time.Duration
}

func (c ceiling) perSecond() float64 { return float64(c.posts) / c.took.Seconds() }

// with is both together.
func (c ceiling) with(d ceiling) ceiling {
	sum := ceiling{posts: c.posts + d.posts, took: c.took + d.took, commits: c.commits + d.commits, cpu: maps.Clone(c.cpu)}
	for part, used := range d.cpu {
		sum.cpu[part] += used
	}
	return sum
}

// ceiling measures how many posts a second the server takes from a plugin that does nothing else than decrypt a key before each,
// while the same deliveries arrive that the bridge will get. The bridge is disabled meanwhile, and the channels are others,
// so that it takes no notice of the posts. when names them.
func (w *world) ceiling(ctx context.Context, when string, backlog []notify.Envelope, n int) (c ceiling, err error) {
	bundle, err := packBaseline(ctx)
	if err != nil {
		return c, err
	}
	order := map[string]any{"posts": n, "at_once": atOnceInBridge}
	var channels, authors []string
	for i := range w.channels {
		author := w.people[i%len(w.people)]
		channel, err := w.Mattermost.NewChannel(ctx, w.team.Id, fmt.Sprintf("baseline-%s-%d", when, i), w.people...)
		if err != nil {
			return c, err
		}
		channels, authors = append(channels, channel.Id), append(authors, author.ID)
	}
	order["channels"], order["authors"] = channels, authors
	if err := w.DisablePlugin(ctx); err != nil {
		return c, err
	}
	client := w.Mattermost.Client()
	if _, _, err := client.UploadPluginForced(ctx, bytes.NewReader(bundle)); err != nil {
		return c, fmt.Errorf("upload the baseline: %w", err)
	}
	if _, err := client.EnablePlugin(ctx, baselineID); err != nil {
		return c, fmt.Errorf("enable the baseline: %w", err)
	}
	posts, err := w.openPosts(ctx)
	if err != nil {
		return c, err
	}
	defer posts.close(ctx)
	committed, err := posts.commits(ctx)
	if err != nil {
		return c, err
	}
	before, err := w.cpuTimes(baselineID)
	if err != nil {
		return c, err
	}
	address := w.Mattermost.URL + "/plugins/" + baselineID
	var took time.Duration
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return w.newReplay(address+"/changes").asFast(running, backlog) })
	group.Go(func() (err error) {
		took, err = w.order(running, address+"/run", order)
		return err
	})
	if err := group.Wait(); err != nil {
		return c, fmt.Errorf("run the baseline: %w", err)
	}
	after, err := w.cpuTimes(baselineID)
	if err != nil {
		return c, err
	}
	if _, err := client.RemovePlugin(ctx, baselineID); err != nil {
		return c, fmt.Errorf("remove the baseline: %w", err)
	}
	now, err := posts.commits(ctx)
	if err != nil {
		return c, err
	}
	return ceiling{n, took, now - committed, after.since(before)}, nil
}

func (w *world) order(ctx context.Context, address string, order map[string]any) (time.Duration, error) {
	body, err := json.Marshal(order)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	client := *w.Mattermost.HTTPClient()
	client.Timeout = 0 // it answers when all is posted
	resp, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		return 0, err
	}
	var run struct{ Nanoseconds int64 }
	if resp.StatusCode != http.StatusOK || json.Unmarshal(answer.Bytes(), &run) != nil {
		return 0, fmt.Errorf("HTTP %d: %s", resp.StatusCode, answer.String())
	}
	return time.Duration(run.Nanoseconds), nil
}

// packBaseline builds the baseline for this machine, as the bridge is built, and packs it for the server.
func packBaseline(ctx context.Context) ([]byte, error) {
	root, err := repository.Root()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "msteamssync-ceiling-")
	if err != nil {
		return nil, fmt.Errorf("build the baseline: %w", err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "plugin")
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", program, "./bench/bridge/ceiling")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the baseline: %w\n%s", err, output)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("build the baseline: %w", err)
	}
	executable := "server/plugin-" + runtime.GOOS + "-" + runtime.GOARCH
	manifest, err := json.Marshal(map[string]any{
		"id": baselineID, "name": "Ceiling", "version": "1.0.0", "min_server_version": "9.0.0",
		"server": map[string]any{"executables": map[string]string{runtime.GOOS + "-" + runtime.GOARCH: executable}},
	})
	if err != nil {
		return nil, err
	}
	var bundle bytes.Buffer
	compressed := gzip.NewWriter(&bundle)
	archive := tar.NewWriter(compressed)
	for name, file := range map[string][]byte{"plugin.json": manifest, executable: content} {
		if err := archive.WriteHeader(&tar.Header{Name: baselineID + "/" + name, Mode: 0o755, Size: int64(len(file))}); err != nil {
			return nil, fmt.Errorf("pack the baseline: %w", err)
		}
		if _, err := archive.Write(file); err != nil {
			return nil, fmt.Errorf("pack the baseline: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("pack the baseline: %w", err)
	}
	if err := compressed.Close(); err != nil {
		return nil, fmt.Errorf("pack the baseline: %w", err)
	}
	return bundle.Bytes(), nil
}
