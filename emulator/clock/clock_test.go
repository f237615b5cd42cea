// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clock_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
)

func TestShiftMovesNowAndWakesListeners(t *testing.T) {
	c := clock.New()
	before, shifted := c.Now(), c.Shifted()
	c.Shift(72 * time.Hour)
	select {
	case <-shifted:
	default:
		t.Fatal("Shift did not close the channel")
	}
	if moved := c.Now().Sub(before); moved < 72*time.Hour {
		t.Fatalf("clock moved by %s only", moved)
	}
	c.Shift(-72 * time.Hour)
	if c.Offset() != 0 {
		t.Fatalf("offset = %s, want 0", c.Offset())
	}
}
