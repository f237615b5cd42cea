// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A node is alive as long as the connection is there that it listens on: PostgreSQL ends that of a killed process at once,
// and that of a machine that went away when its keep-alive probes stay without an answer.

// listens begins the name that a node's listening connection has (pg_stat_activity.application_name).
const listens = "msteams-sync listens "

// listeningAs is that name. PostgreSQL cuts names at 63 bytes, and what tells two nodes of one machine apart is at the end.
func listeningAs(node string) string {
	const most = 63 - len(listens)
	return listens + node[max(len(node)-most, 0):]
}

// Nodes lists the nodes on this database that are alive, this one included, each by a name that no other run of the plugin has.
func (s *Store) Nodes(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `SELECT substr(application_name, length($1) + 1) FROM pg_stat_activity
		WHERE datname = current_database() AND starts_with(application_name, $1)`, listens)
	nodes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look which nodes are alive: %w", err)
	}
	return nodes, nil
}
