// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// tuningVariable names the environment variable of the server with the engine's waits. It is for tests of failures, where
// nobody has minutes, and no setting: nothing that an operator declares gets better by another value.
const tuningVariable = "MSTEAMSSYNC_TUNING"

// readTuning reads e.g. {"lease":"6s","looks":["1s","2s"]}; empty is the defaults.
func readTuning(text string) (bridge.Tuning, error) {
	var given struct {
		ReorderWindow wait   `json:"reorder_window"`
		Lease         wait   `json:"lease"`
		SendTimeout   wait   `json:"send_timeout"`
		ParkFor       wait   `json:"park_for"`
		Looks         []wait `json:"looks"`
		FirstBackoff  wait   `json:"first_backoff"`
		LastBackoff   wait   `json:"last_backoff"`
		ScanEvery     wait   `json:"scan_every"`
		ScanOverlap   wait   `json:"scan_overlap"`
		PollEvery     wait   `json:"poll_every"`
	}
	if text == "" {
		return bridge.Tuning{}, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&given)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return bridge.Tuning{}, fmt.Errorf("the environment variable %s is not JSON such as {\"lease\":\"6s\"}: %w", tuningVariable, err)
	}
	tuning := bridge.Tuning{
		ReorderWindow: time.Duration(given.ReorderWindow), Lease: time.Duration(given.Lease), SendTimeout: time.Duration(given.SendTimeout),
		ParkFor: time.Duration(given.ParkFor), FirstBackoff: time.Duration(given.FirstBackoff), LastBackoff: time.Duration(given.LastBackoff),
		ScanEvery: time.Duration(given.ScanEvery), ScanOverlap: time.Duration(given.ScanOverlap), PollEvery: time.Duration(given.PollEvery),
	}
	for _, look := range given.Looks {
		tuning.Looks = append(tuning.Looks, time.Duration(look))
	}
	return tuning, nil
}

// wait is a positive duration that is written "250ms".
type wait time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err == nil && d <= 0 {
		err = fmt.Errorf("%s is not longer than nothing", d)
	}
	*w = wait(d)
	return err
}
