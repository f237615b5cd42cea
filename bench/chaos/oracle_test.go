// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

// TestTheOracle: what it calls lost, doubled and out of order. The messages are t0, its reply t1, and t2 in its second
// version; t3 was deleted.
func TestTheOracle(t *testing.T) {
	root := &message{from: inTeams, number: 0}
	written := []*message{root, {from: inTeams, number: 1, root: root}, {from: inTeams, number: 2, version: 1}, {from: inTeams, number: 3, deleted: true}}
	t0, t1, t2 := seen{inTeams, 0, 0}, seen{inTeams, 1, 0}, seen{inTeams, 2, 1}
	right := []shown{{seen: t0}, {seen: t1, root: &t0}, {seen: t2}}
	for name, test := range map[string]struct {
		mattermost []shown
		want       verdict
	}{
		"as it should be":            {right, verdict{arrived: 4}},
		"nothing arrived":            {nil, verdict{arrived: 1, lost: 3}}, // what was deleted is rightly not there
		"an old version":             {[]shown{right[0], right[1], {seen: seen{inTeams, 2, 0}}}, verdict{arrived: 3, lost: 1}},
		"shown although deleted":     {append([]shown{{seen: seen{inTeams, 3, 0}}}, right...), verdict{arrived: 3, lost: 1, outOfOrder: 2}},
		"twice":                      {[]shown{right[0], right[1], right[2], right[2]}, verdict{arrived: 4, duplicated: 1}},
		"a reply without its thread": {[]shown{right[0], {seen: t1}, right[2]}, verdict{arrived: 4, outOfOrder: 1}},
		"a root in a thread":         {[]shown{right[0], right[1], {seen: t2, root: &t0}}, verdict{arrived: 4, outOfOrder: 1}},
		"in another order":           {[]shown{right[2], right[0], right[1]}, verdict{arrived: 4, outOfOrder: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var got verdict
			got.judge(written, map[side][]shown{inMattermost: test.mattermost, inTeams: right})
			want := test.want
			want.sent = len(written)
			if got.details = nil; got.sent != want.sent || got.arrived != want.arrived || got.lost != want.lost || got.duplicated != want.duplicated || got.outOfOrder != want.outOfOrder {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestAnEchoOnItsOwnSideIsADouble(t *testing.T) {
	var v verdict
	once := seen{inMattermost, 7, 0}
	v.judge([]*message{{from: inMattermost, number: 7}}, map[side][]shown{inMattermost: {{seen: once}, {seen: once}}, inTeams: {{seen: once}}})
	if v.duplicated != 1 || v.arrived != 1 || v.clean() {
		t.Errorf("got %+v", v)
	}
}

func TestATextShowsItsToken(t *testing.T) {
	m := &message{from: inMattermost, number: 12, version: 3}
	for _, text := range []string{m.text(), "**somebody Demo:** " + m.text(), "<p>" + m.text() + "</p>"} {
		if got, ok := read(text); !ok || got != (seen{inMattermost, 12, 3}) {
			t.Errorf("%q shows %+v, %v", text, got, ok)
		}
	}
	if got, ok := read("somebody joined the channel"); ok {
		t.Errorf("a system message shows %+v", got)
	}
}
