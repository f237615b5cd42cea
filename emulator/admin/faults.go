// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

func (a *api) listFaults(*http.Request) (any, error) { return a.Faults.Rules(), nil }

func (a *api) addFault(r *http.Request) (any, error) {
	var rule faults.Rule
	if err := decode(r, &rule); err != nil {
		return nil, err
	}
	added, err := a.Faults.Add(rule)
	if err != nil {
		return nil, bad("%v", err)
	}
	return added, nil
}

func (a *api) clearFaults(*http.Request) (any, error) {
	a.Faults.Clear()
	return nil, nil
}

func (a *api) showFault(r *http.Request) (any, error) {
	rule, err := a.Faults.Rule(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return rule, nil
}

func (a *api) removeFault(r *http.Request) (any, error) {
	return nil, a.Faults.Remove(r.PathValue("id"))
}

func (a *api) seedFaults(r *http.Request) (any, error) {
	var body struct {
		Seed *uint64 `json:"seed"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if body.Seed == nil {
		return nil, bad("Give a seed, e.g. {\"seed\": 7}.")
	}
	a.Faults.Seed(*body.Seed)
	return nil, nil
}

type limitsView struct {
	Enabled *bool `json:"enabled"`
}

func (a *api) showLimits(*http.Request) (any, error) {
	on := a.Limits.Enabled()
	return limitsView{&on}, nil
}

func (a *api) setLimits(r *http.Request) (any, error) {
	var body limitsView
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if body.Enabled == nil {
		return nil, bad("Give {\"enabled\": true} or {\"enabled\": false}.")
	}
	a.Limits.Enable(*body.Enabled)
	return a.showLimits(r)
}
