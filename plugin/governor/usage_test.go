// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
)

// TestUsageCountsTheLastMinute, 429s since the start, and who waits.
func TestUsageCountsTheLastMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var waits []string
		g := governor.New(governor.Config{
			Ledger: newBook(), Application: func() string { return application },
			Waited: func(row string, late bool, _ time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, fmt.Sprint(row, " ", late))
			},
		})
		defer g.Stop()
		for n := range 10 {
			pass, err := g.Enter(t.Context(), post(fmt.Sprint("u", n), fmt.Sprint("c", n)))
			if err != nil {
				t.Fatal(err)
			}
			status := 201
			if n == 0 {
				status = 429
			}
			pass.Leave(status, 25*time.Second, "")
		}
		var waiting sync.WaitGroup
		waiting.Go(func() {
			pass, err := g.Enter(t.Context(), post("u0", "c0"))
			if err != nil {
				t.Error(err)
				return
			}
			pass.Leave(201, 0, "")
		})
		synctest.Wait()
		row := func() governor.Row {
			rows := g.Usage().Rows
			i := slices.IndexFunc(rows, func(r governor.Row) bool { return r.Name == "POST channel message" })
			return rows[i]
		}
		if r := row(); r.Throttled != 1 || r.Waiting != 1 || fmt.Sprintf("%.4f", r.Utilisation) != fmt.Sprintf("%.4f", 10/(60*41.5)) {
			t.Errorf("%+v", r)
		}
		waiting.Wait()
		<-time.After(2 * time.Minute)
		if r := row(); r.Throttled != 1 || r.Waiting != 0 || r.Utilisation != 0 {
			t.Errorf("two minutes later: %+v", r)
		}
		if len(waits) != 11 || waits[0] != "POST channel message false" {
			t.Errorf("waits %q", waits)
		}
	})
}
