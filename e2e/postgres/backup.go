// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Backup copies the server's data while it is stopped (PostgreSQL docs, "File System Level Backup") and starts it again. Close
// removes the copy.
func (s *Server) Backup(ctx context.Context) (backup string, err error) {
	if backup, err = os.MkdirTemp(s.dir, "backup-"); err != nil {
		return "", fmt.Errorf("make a directory for the backup: %w", err)
	}
	s.Stop(ctx)
	if err := copyAll(ctx, s.data(), filepath.Join(backup, "data")); err != nil {
		return "", err
	}
	return backup, s.Start(ctx)
}

// Restore puts a backup in the place of the server's data and starts the server with it. The same backup may be restored again.
func (s *Server) Restore(ctx context.Context, backup string) error {
	s.Stop(ctx)
	if err := os.RemoveAll(s.data()); err != nil {
		return fmt.Errorf("remove PostgreSQL's data: %w", err)
	}
	if err := copyAll(ctx, filepath.Join(backup, "data"), s.data()); err != nil {
		return err
	}
	return s.Start(ctx)
}

// copyAll copies a directory with the owners of what is in it.
func copyAll(ctx context.Context, from, to string) error {
	if said, err := exec.CommandContext(ctx, "cp", "--archive", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy PostgreSQL's data: %w\n%s", err, said)
	}
	return nil
}
