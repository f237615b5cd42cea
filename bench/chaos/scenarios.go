// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// scenarios are all of them, in the order in which they run.
var scenarios = []scenario{
	{name: "calm", about: "nothing goes wrong; people write one message every 1.3 s", write: func(ctx context.Context, c *chat) error {
		return c.lines(ctx, eachSide, 1300*time.Millisecond)
	}},
	{name: "calm_without_content", about: "the same with notifications that carry no message", fresh: true, basic: true, write: func(ctx context.Context, c *chat) error {
		return c.lines(ctx, eachSide, 1300*time.Millisecond)
	}},
	{name: "notified_twice", about: "every notification is delivered twice within 5 ms", before: rules(
		faults.Rule{Effect: faults.Duplicate, Copies: 1, Delay: faults.Duration(5 * time.Millisecond)})},
	{name: "notifications_shuffled", about: "notifications arrive in any order within 500 ms", before: rules(
		faults.Rule{Effect: faults.Reorder, Delay: faults.Duration(500 * time.Millisecond)})},
	{name: "every_post_throttled", about: "Graph answers every POST with 429 once: of messages, replies and reactions", liked: true, write: pairs, before: rules(
		faults.Rule{Effect: faults.Throttle, Route: "POST /teams/**", OncePerRequest: true, RetryAfter: faults.Duration(time.Second)})},
	{name: "failures_before_commit", about: "5 % of Graph's calls are answered with 503, 5 % dropped, before they have an effect; each message is fetched", fresh: true, basic: true, before: rules(
		faults.Rule{Effect: faults.Status, Status: 503, Route: "* /teams/**", Percent: 5}, faults.Rule{Effect: faults.Drop, Route: "* /teams/**", Percent: 5})},
	{name: "failures_after_commit", about: "5 % of Graph's calls are dropped after they had their effect; each message is fetched", fresh: true, basic: true, before: rules(
		faults.Rule{Effect: faults.Drop, Route: "* /teams/**", Percent: 5, AfterCommit: true})},
	{name: "burst", about: "8,000 messages in Teams at once, and 1,000 in Mattermost", write: burst, planned: 9000},
	{name: "pairs", about: "500 messages on each side, each followed at once by a reply", write: pairs},
	{name: "overtaken", about: "messages are liked, edited or deleted at once, and notifications arrive in any order within 700 ms", liked: true, write: overtaken, before: rules(
		faults.Rule{Effect: faults.Reorder, Delay: faults.Duration(700 * time.Millisecond)})},
	{name: "five_edits", about: "each message is edited five times within a second", write: fiveEdits},
	{name: "outbox_fails", about: "for 5 s the plugin cannot write down what is posted in Mattermost", during: failingOutbox},
	{name: "disabled_and_enabled", about: "the plugin is disabled and enabled while people write", during: func(ctx context.Context, c *chat) error {
		if err := c.DisablePlugin(ctx); err != nil {
			return err
		}
		return c.EnablePlugin(ctx)
	}},
	{name: "written_while_disabled", about: "everything is written while the plugin is disabled", before: whileDisabled},
	{name: "subscriptions_removed", about: "Graph removes all subscriptions and makes none for a minute", during: unsubscribed},
	{name: "token_revoked", about: "Entra revokes everybody's log-in; people connect again later", during: revoked},
	{name: "plugin_killed", about: "kill -9 of the plugin while people write and react; the server starts it again at its next check", fresh: true, liked: true, during: func(ctx context.Context, c *chat) error {
		if err := c.Mattermost.KillPlugin(catalog.PluginID); err != nil {
			return err
		}
		return c.AwaitPlugin(ctx)
	}},
	{name: "hooks_killed", about: "kill -9 of the plugin between posts' commits and their hooks", fresh: true, during: killedHooks},
	{name: "server_killed", about: "kill -9 of the Mattermost server while people write and react", fresh: true, liked: true, during: func(ctx context.Context, c *chat) error {
		c.Mattermost.Kill()
		if err := c.Mattermost.Start(ctx); err != nil {
			return err
		}
		return c.WaitPlugin(ctx)
	}},
	{name: "postgresql_killed", about: "kill -9 of PostgreSQL, which comes back after an outage", fresh: true, during: func(ctx context.Context, c *chat) error {
		c.Postgres.Kill()
		if err := rest(ctx, c.options.outage(20*time.Second)); err != nil {
			return err
		}
		return c.Postgres.Start(ctx)
	}},
	{name: "one_of_two_nodes_killed", about: "two servers behind a balancer, kill -9 of one", fresh: true, nodes: 2, during: func(_ context.Context, c *chat) error {
		return c.KillNode(1)
	}},
}

// rules puts faults in force until everything has arrived.
func rules(all ...faults.Rule) func(context.Context, *chat) (func(context.Context) error, error) {
	return func(_ context.Context, c *chat) (func(context.Context) error, error) {
		for _, rule := range all {
			if _, err := c.Emulator.Faults().Add(rule); err != nil {
				return nil, err
			}
		}
		return func(context.Context) error { return nil }, nil
	}
}

func burst(ctx context.Context, c *chat) error {
	return c.each(ctx, func(ctx context.Context, at *conversation, from side) error {
		n := eachSide
		if from == inTeams {
			n = 8 * eachSide
		}
		for i := range c.share(n) {
			if err := c.write(ctx, &message{conversation: at, from: from, number: i}); err != nil {
				return err
			}
		}
		return nil
	})
}

func pairs(ctx context.Context, c *chat) error {
	return c.each(ctx, func(ctx context.Context, at *conversation, from side) error {
		for i := range c.share(eachSide / 2) {
			root := &message{conversation: at, from: from, number: 2 * i}
			if err := c.write(ctx, root); err != nil {
				return err
			}
			reply := &message{conversation: at, from: from, number: 2*i + 1, root: root}
			if err := errors.Join(c.write(ctx, reply), rest(ctx, pause)); err != nil {
				return err
			}
		}
		return nil
	})
}

// overtaken edits each message at once and deletes each third one.
func overtaken(ctx context.Context, c *chat) error {
	return c.each(ctx, func(ctx context.Context, at *conversation, from side) error {
		for i := range c.share(eachSide) {
			m := &message{conversation: at, from: from, number: i}
			if err := c.write(ctx, m); err != nil {
				return err
			}
			if err := c.edit(ctx, m); err != nil {
				return err
			}
			if i%3 == 2 {
				if err := c.remove(ctx, m); err != nil {
					return err
				}
			}
			if err := rest(ctx, pause); err != nil {
				return err
			}
		}
		return nil
	})
}

func fiveEdits(ctx context.Context, c *chat) error {
	return c.each(ctx, func(ctx context.Context, at *conversation, from side) error {
		for i := range c.share(eachSide) {
			m := &message{conversation: at, from: from, number: i}
			if err := c.write(ctx, m); err != nil {
				return err
			}
			for range 5 {
				if err := errors.Join(rest(ctx, 200*time.Millisecond), c.edit(ctx, m)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// failingOutbox makes every insert into the outbox fail, by a trigger.
func failingOutbox(ctx context.Context, c *chat) error {
	db, err := pgx.Connect(ctx, c.Postgres.DSN)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	for _, statement := range []string{
		"CREATE FUNCTION msteamssync.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the outbox is out of order'; END $$",
		"CREATE TRIGGER refuse BEFORE INSERT ON msteamssync.outbox EXECUTE FUNCTION msteamssync.refuse()",
	} {
		if _, err := db.Exec(ctx, statement); err != nil {
			return fmt.Errorf("make the outbox fail: %w", err)
		}
	}
	err = rest(ctx, c.options.outage(5*time.Second))
	_, mended := db.Exec(context.WithoutCancel(ctx), "DROP FUNCTION msteamssync.refuse() CASCADE")
	return errors.Join(err, mended)
}

func whileDisabled(ctx context.Context, c *chat) (func(context.Context) error, error) {
	return c.EnablePlugin, c.DisablePlugin(ctx)
}

// unsubscribed removes all subscriptions and lets none be made for a while. At full scale half of them go without telling,
// which the plugin finds out within a minute.
func unsubscribed(ctx context.Context, c *chat) error {
	refuse, err := c.Emulator.Faults().Add(faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /subscriptions"})
	if err != nil {
		return err
	}
	for i, subscription := range c.Emulator.Subscriptions().All() {
		end := func() error { return c.Emulator.Subscriptions().Announce(subscription.ID, notify.SubscriptionRemoved) }
		if i%2 == 1 && c.options.scale == 1 {
			end = func() error { return c.Emulator.Subscriptions().Expire(subscription.ID) }
		}
		if err := end(); err != nil {
			return err
		}
	}
	if err := rest(ctx, c.options.outage(time.Minute)); err != nil {
		return err
	}
	return c.Emulator.Faults().Remove(refuse.ID)
}

// revoked ends all refresh and access tokens that people and the bot have been given, so that what is written waits, and connects
// them again: the bot first, which then sends for people who are not.
func revoked(ctx context.Context, c *chat) error {
	for _, upn := range append(c.upns(), stack.DemoCredentials(bot).Login) {
		user, found := c.Emulator.Directory().User(upn)
		if !found {
			return fmt.Errorf("there is no %s", upn)
		}
		what := entra.Revocation{AppID: c.app.ClientID, UserID: user.ID}
		c.Emulator.Entra().RevokeRefreshTokens(what)
		c.Emulator.Entra().RevokeAccessTokens(what)
	}
	if err := rest(ctx, c.options.outage(20*time.Second)); err != nil {
		return err
	}
	if err := c.connectBot(ctx); err != nil {
		return err
	}
	return c.reconnect(ctx)
}

// killedHooks locks the outbox, so that posts are committed and their hooks do not come to an end, and kills the plugin. The
// connections that it leaves behind are ended before the lock is: they would write down what nobody had committed yet.
func killedHooks(ctx context.Context, c *chat) error {
	db, err := pgx.Connect(ctx, c.Postgres.DSN)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	lock, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := lock.Exec(ctx, "LOCK TABLE msteamssync.outbox IN EXCLUSIVE MODE"); err != nil {
		return err
	}
	if err := rest(ctx, c.options.outage(5*time.Second)); err != nil {
		return err
	}
	if err := c.Mattermost.KillPlugin(catalog.PluginID); err != nil {
		return err
	}
	if _, err := lock.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, 'msteams-sync')"); err != nil {
		return fmt.Errorf("end the killed plugin's connections: %w", err)
	}
	var unreported int
	if err := lock.QueryRow(ctx, `SELECT count(*) FROM posts p JOIN msteamssync.links l ON l.channel_id = p.channelid
		WHERE p.message ~ '^m\d+v' AND p.deleteat = 0 AND p.props ->> $1 IS NULL
			AND NOT EXISTS (SELECT FROM msteamssync.outbox o WHERE o.post_id = p.id)
			AND NOT EXISTS (SELECT FROM msteamssync.message_map m WHERE m.post_id = p.id)`, bridge.MappingProp).Scan(&unreported); err != nil {
		return fmt.Errorf("count the posts that no hook reported: %w", err)
	}
	if unreported == 0 {
		return errors.New("no post was committed whose hook had not come to an end, so nothing was proved")
	}
	if err := lock.Commit(ctx); err != nil {
		return err
	}
	return c.AwaitPlugin(ctx)
}
