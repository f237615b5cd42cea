// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"os"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// ungoverned is an environment variable of the server that lifts the governor when it is "1": for measuring the rest of
// the bridge against the emulator. Microsoft itself answers 429 then.
const ungoverned = "MSTEAMSSYNC_UNGOVERNED"

// newGovernor makes the governor of the rooms; nil when it is lifted.
func (s *Service) newGovernor(ledger governor.Ledger) *governor.Governor {
	if os.Getenv(ungoverned) == "1" {
		s.log.Warn("calls of Microsoft Graph are not kept within its limits", "because", ungoverned+"=1")
		return nil
	}
	return governor.New(governor.Config{
		Ledger: ledger, Log: s.log, Waited: s.metrics.Waited,
		Application: func() string {
			if u := s.used.Load(); u != nil {
				return u.graph.Application()
			}
			return ""
		},
	})
}

// forEngine is the governor as the engine takes it.
func forEngine(g *governor.Governor) bridge.Governor {
	if g == nil {
		return nil
	}
	return g
}

// gate is the governor for the Graph client, which is there before the rooms are.
type gate struct{ service *Service }

var _ teams.Gate = gate{}

// Enter implements teams.Gate. Without a database nobody knows what the other nodes do, and little is called.
func (g gate) Enter(ctx context.Context, request teams.Request) (teams.Pass, error) {
	if r := g.service.rooms.Load(); r != nil && r.governor != nil {
		return r.governor.Enter(ctx, request)
	}
	return teams.OpenGate{}.Enter(ctx, request)
}

// limitsUsed is what the governor of the open rooms counts.
func (s *Service) limitsUsed() governor.Usage {
	if r := s.rooms.Load(); r != nil && r.governor != nil {
		return r.governor.Usage()
	}
	return governor.Usage{}
}
