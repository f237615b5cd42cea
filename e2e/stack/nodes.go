// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// AddNode starts one more Mattermost server on the same database, behind the balancer of Options.Balanced, and returns when
// its plugin answers. The plugin has to be installed already.
func (s *Stack) AddNode(ctx context.Context) error {
	if s.balancer == nil {
		return errors.New("a second server needs Options.Balanced")
	}
	dir := filepath.Join(s.dir, fmt.Sprintf("mattermost-%d", len(s.more)+2))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make Mattermost's directory: %w", err)
	}
	node, err := mattermost.StartBeside(ctx, s.Mattermost, dir)
	if node != nil {
		s.more = append(s.more, node)
	}
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, pluginStartsWithin)
	defer cancel()
	if err := process.Until(starting, func(ctx context.Context) error { return s.answers(ctx, node.Address()) }); err != nil {
		return fmt.Errorf("wait for the plugin on the new server: %w", err)
	}
	s.balancer.add(node.Address())
	return nil
}

// KillNode kills one of the servers, counted from 1, as a crash of its machine would.
func (s *Stack) KillNode(number int) error {
	all := append([]*Mattermost{s.Mattermost}, s.more...)
	if number < 1 || number > len(all) {
		return fmt.Errorf("there is no server %d", number)
	}
	all[number-1].Kill()
	return nil
}

// AwaitPlugin waits until the plugin answers for itself: after a crash the server's list says for up to 30 s that it runs.
func (s *Stack) AwaitPlugin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pluginStartsWithin)
	defer cancel()
	return process.Until(ctx, func(ctx context.Context) error { return s.answers(ctx, s.Mattermost.URL) })
}

func (s *Stack) answers(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, catalog.PluginURL(address, "/api/v1/status"), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.Mattermost.AdminToken)
	resp, err := s.Mattermost.HTTPClient().Do(request)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the plugin's status is HTTP %d", resp.StatusCode)
	}
	return nil
}
