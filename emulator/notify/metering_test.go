// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

func TestModelsWhereMeteringIsInForce(t *testing.T) {
	for name, c := range map[string]struct {
		resource        string
		metered, billed bool
		refused         bool
	}{
		"today B is ignored":                 {notify.AllChannels + "?model=B", false, false, false},
		"today A is ignored":                 {notify.AllChats + "?model=A", false, false, false},
		"B without a billing account":        {notify.AllChannels + "?model=B", true, false, true},
		"B with one":                         {notify.AllChannels + "?model=B", true, true, false},
		"A needs a licence":                  {notify.AllChannels + "?model=A", true, true, true},
		"evaluation":                         {notify.AllChats, true, false, false},
		"one channel was never metered":      {channelResource, true, false, false},
		"and a model changes nothing there ": {channelResource + "?model=B", true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(config *notify.Config) {
				config.Settings.Metered = c.metered
				config.Billed = func(owner notify.Owner) bool { return c.billed && owner == app }
			})
			request := b.request(time.Hour)
			request.Resource = c.resource
			_, err := b.Create(t.Context(), app, request)
			if c.refused {
				wantError(t, err, http.StatusPaymentRequired, "PaymentRequired")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEvaluationEndsInSilence until the first of the next month, for subscriptions to all channels.
func TestEvaluationEndsInSilence(t *testing.T) {
	b := newBench(t, func(config *notify.Config) {
		config.Settings.Metered, config.Settings.EvaluationQuota, config.Settings.AccessFor = true, 3, 2000*time.Hour
	})
	all := b.subscribe(t, func(r *notify.Request) { r.Resource = notify.AllChannels })
	one := b.subscribe(t, nil)
	say := func(n int) (byAll, byOne int) {
		for i := range n {
			b.change(teams.Created, bridge, teams.MessageID(strconv.Itoa(i)))
		}
		b.settled(t)
		for _, it := range b.got() {
			switch it.SubscriptionID {
			case all.ID:
				byAll++
			case one.ID:
				byOne++
			}
		}
		return byAll, byOne
	}
	if byAll, byOne := say(5); byAll != 3 || byOne != 5 {
		t.Errorf("all channels delivered %d, the one %d; want 3 and 5", byAll, byOne)
	}
	if counts := b.Counts(); counts.OverQuota != 2 {
		t.Errorf("counts %+v; want 2 over the quota", counts)
	}
}
