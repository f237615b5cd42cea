// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

type clockView struct {
	Now    time.Time       `json:"now"`
	Offset faults.Duration `json:"offset"` // ahead of the system's time
}

func (a *api) showClock(*http.Request) (any, error) {
	return a.clockView(), nil
}

func (a *api) clockView() clockView {
	return clockView{a.Clock.Now(), faults.Duration(a.Clock.Offset())}
}

// moveClock moves the clock and looks at once what has expired.
func (a *api) moveClock(r *http.Request) (any, error) {
	var body struct {
		Shift faults.Duration `json:"shift"`
		Reset bool            `json:"reset"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if (body.Shift == 0) != body.Reset {
		return nil, bad("Give either shift, e.g. \"1h\" or \"-30m\", or reset.")
	}
	if body.Reset {
		body.Shift = -faults.Duration(a.Clock.Offset())
	}
	a.Clock.Shift(time.Duration(body.Shift))
	a.Subscriptions.Sweep()
	return a.showClock(r)
}
