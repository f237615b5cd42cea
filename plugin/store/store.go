// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options of a store.
type Options struct {
	// Node names this process in leases and wake-ups; it must be different for each process that runs. Required.
	Node string
	// MaxConnections bounds the connections; one more listens. Default 9. One of them is for what arrives alone: whoever waits
	// for that answer is Microsoft.
	MaxConnections int32
	// Log gets what has no caller to return to. Default slog.Default().
	Log *slog.Logger
}

// Store is the plugin's part of the database. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	arrivals *pgxpool.Pool
	node     string
	log      *slog.Logger
	signals  *signals
}

// lookUp has a connection look rows up by their keys. PostgreSQL keeps plans with a connection; one that was made while a
// queue was empty would read the whole of it a minute later. Compilation is off because a small table that has to be read as
// a whole counts as expensive then. It is said after connecting: poolers refuse such parameters of a connection.
const lookUp = "SET enable_seqscan = off; SET jit = off"

// Open connects, brings the schema up to date and starts to listen for wake-ups of other nodes. The data source is
// Mattermost's own (SqlSettings.DataSource, not sanitised).
func Open(ctx context.Context, dataSource string, options Options) (*Store, error) {
	if options.Node == "" {
		return nil, errors.New("open the store: Options.Node is empty")
	}
	if options.MaxConnections == 0 {
		options.MaxConnections = 9
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	config, err := configure(dataSource)
	if err != nil {
		return nil, err
	}
	config.MaxConns = max(options.MaxConnections-1, 2) // a migration needs two
	config.ConnConfig.RuntimeParams["application_name"] = "msteams-sync " + options.Node
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, lookUp)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := migrate(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	few := config.Copy()
	few.MaxConns = 1
	arrivals, err := pgxpool.NewWithConfig(ctx, few)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s := &Store{pool: pool, arrivals: arrivals, node: options.Node, log: options.Log}
	listening := config.ConnConfig.Copy()
	listening.RuntimeParams["application_name"] = listeningAs(options.Node)
	s.signals = listen(listening, options.Log)
	return s, nil
}

// Close ends all connections. It waits for calls in progress.
func (s *Store) Close() {
	s.signals.close()
	s.arrivals.Close()
	s.pool.Close()
}

// Pool gives the adapters of this plugin access to Mattermost's own tables, for reading. Nobody may keep one of its
// connections for long.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// configure reads a data source as Mattermost writes it. Mattermost's database driver knows an option that PostgreSQL
// itself refuses.
func configure(dataSource string) (*pgxpool.Config, error) {
	if strings.Contains(dataSource, "@tcp(") || strings.HasPrefix(dataSource, "mysql") {
		return nil, errors.New("Mattermost's database is not PostgreSQL: the plugin keeps its queues in PostgreSQL; move the server to PostgreSQL (SqlSettings.DriverName \"postgres\") first")
	}
	if u, err := url.Parse(dataSource); err == nil && u.Scheme != "" {
		query := u.Query()
		query.Del("binary_parameters")
		u.RawQuery = query.Encode()
		dataSource = u.String()
	}
	config, err := pgxpool.ParseConfig(dataSource)
	if err != nil {
		// pgx hides the password, but quotes the rest of the data source.
		return nil, fmt.Errorf("Mattermost's data source (SqlSettings.DataSource) is no PostgreSQL data source: %w", err)
	}
	delete(config.ConnConfig.RuntimeParams, "binary_parameters")
	return config, nil
}

// transact runs f in a transaction and repeats it when PostgreSQL ended it in favour of another one. f must do nothing
// but talk to the database.
func (s *Store) transact(ctx context.Context, f func(pgx.Tx) error) error {
	return repeatVictims(func() error { return pgx.BeginFunc(ctx, s.pool, f) })
}

func repeatVictims(transaction func() error) error {
	const tries = 5
	for try := 1; ; try++ {
		err := transaction()
		if err == nil || try == tries || !chosenAsVictim(err) {
			return err
		}
	}
}

// chosenAsVictim recognises a deadlock and a failed serialisation: the same transaction works when it is run again.
func chosenAsVictim(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40P01" || pg.Code == "40001")
}

// seconds turns a duration into what make_interval(secs => …) takes.
func seconds(d time.Duration) float64 { return d.Seconds() }

// Ping answers whether the database can be reached.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }
