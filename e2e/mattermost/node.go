// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// StartBeside runs one more server of an installation: on the same database and files, behind the same address, with a
// copy of the configuration, because servers without a licence do not share one. dir is its work directory.
func StartBeside(ctx context.Context, first *Server, dir string) (*Server, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	options := first.options
	options.Dir, options.Port, options.Env = dir, port, maps.Clone(options.Env)
	if options.Env == nil {
		options.Env = map[string]string{}
	}
	options.Env["MM_FILESETTINGS_DIRECTORY"] = filepath.Join(first.Dir, "data") + "/" // with the plugins' bundles
	s := &Server{
		URL: first.URL, AdminUser: first.AdminUser, AdminPassword: first.AdminPassword, AdminToken: first.AdminToken, Dir: dir,
		options: options, adminID: first.adminID, port: port, binary: first.binary, client: first.client,
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	const file = "config/config.json"
	settings, err := os.ReadFile(filepath.Join(first.Dir, file))
	if err != nil {
		return nil, fmt.Errorf("read the first server's configuration: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), settings, 0o600); err != nil {
		return nil, fmt.Errorf("write the second server's configuration: %w", err)
	}
	return s, s.Start(ctx)
}
