// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"context"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// beforeTheAnswer is Graph, which does something after it made a subscription and before it says so.
type beforeTheAnswer struct {
	*teams.Client
	do func()
}

func (g beforeTheAnswer) Subscribe(ctx context.Context, wanted teams.Subscription) (teams.Subscription, error) {
	made, err := g.Client.Subscribe(ctx, wanted)
	g.do()
	return made, err
}

// TestADatabaseThatHangsDoesNotHoldUpTheStop: the plugin has 8 s in all, and its lanes are to be given back in them. What Graph made
// meanwhile is found afterwards.
func TestADatabaseThatHangsDoesNotHoldUpTheStop(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	stop, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	hangs, answers := make(chan struct{}), make(chan error, 1)
	w.set(func(c *subscriptions.Current) {
		c.Graph = beforeTheAnswer{w.client, func() {
			tx, err := w.store.Pool().Begin(context.Background())
			if err == nil {
				_, err = tx.Exec(context.Background(), "LOCK TABLE msteamssync.subscriptions")
			}
			if err != nil {
				t.Error(err)
			}
			context.AfterFunc(stop, func() { answers <- tx.Rollback(context.Background()) })
			close(hangs)
		}}
	})
	w.keeper.Start()
	<-hangs
	err := w.keeper.Stop(stop)
	if err == nil || stop.Err() != nil {
		t.Errorf("the keeper stopped with %v; want it to say that it did not end, and to leave time to the others (%v)", err, stop.Err())
	}
	cancel()
	if err := <-answers; err != nil {
		t.Fatal(err)
	}
	if err := w.keeper.Stop(t.Context()); err != nil {
		t.Errorf("the database answers again, and the keeper stopped with %v", err)
	}
	w.set(nil)
	w.keeper = w.newKeeper(t, w.store) // the plugin starts again
	w.reconcile(t)
	w.agree(t)
}
