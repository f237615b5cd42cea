// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func TestTuningIsRead(t *testing.T) {
	got, err := readTuning(`{"lease":"6s","looks":["1s","250ms"],"poll_every":"1m"}`)
	want := bridge.Tuning{Lease: 6 * time.Second, Looks: []time.Duration{time.Second, 250 * time.Millisecond}, PollEvery: time.Minute}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := readTuning(""); err != nil || !reflect.DeepEqual(got, bridge.Tuning{}) {
		t.Errorf("nothing is %+v, %v", got, err)
	}
	for _, text := range []string{`{"lease":6}`, `{"lease":"-1s"}`, `{"leese":"6s"}`, `{} {}`, `6s`} {
		if _, err := readTuning(text); err == nil || !strings.Contains(err.Error(), tuningVariable) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
