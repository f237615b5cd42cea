// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

type stateView struct {
	Clock         clockView     `json:"clock"`
	Tenant        string        `json:"tenantId"`
	Users         int           `json:"users"`
	Applications  int           `json:"applications"`
	Teams         int           `json:"teams"`
	Channels      int           `json:"channels"`
	RootMessages  int           `json:"rootMessages"`
	Subscriptions int           `json:"subscriptions"`
	Notifications notify.Counts `json:"notifications"`
	Faults        int           `json:"faults"`
	Limits        bool          `json:"limits"`
	ReuseReplyIDs bool          `json:"reuseReplyIds"`
	Requests      int           `json:"requests"`
}

func (a *api) state(*http.Request) (any, error) {
	v := stateView{
		Clock: a.clockView(), Tenant: a.Directory.Tenant().ID, Users: len(a.Directory.Users()), Applications: len(a.Directory.Applications()),
		Subscriptions: len(a.Subscriptions.All()), Notifications: a.Subscriptions.Counts(), Faults: len(a.Faults.Rules()),
		Limits: a.Limits.Enabled(), ReuseReplyIDs: a.Teams.ReusesReplyIDs(), Requests: len(a.Requests.Requests()),
	}
	for _, t := range a.Teams.Teams() {
		v.Teams++
		channels, err := a.Teams.Channels(t.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range channels {
			v.Channels++
			roots, err := a.Teams.Messages(teams.Place{Team: t.ID, Channel: c.ID})
			if err != nil {
				return nil, err
			}
			v.RootMessages += len(roots)
		}
	}
	return v, nil
}

func (a *api) reset(*http.Request) (any, error) { return nil, a.Reset() }
