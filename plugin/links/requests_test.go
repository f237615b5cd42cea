// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
)

// needsApproval is a world in which chief has asked to link town.
func needsApproval(t *testing.T) (w *world, request string) {
	t.Helper()
	w = newWorld()
	w.settings.LinkApprovalRequired = true
	made, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{FromTeams: 7, ToTeams: 3})
	if err != nil || !made.Pending || len(w.all) != 0 || w.changed != 0 {
		t.Fatalf("asked: %+v, %v; %d links, announced %d times", made, err, len(w.all), w.changed)
	}
	return w, made.ID
}

func refused(t *testing.T, what string, err error, code refusal.Code, words string) {
	t.Helper()
	if r, ok := errors.AsType[*refusal.Refusal](err); !ok || r.Code != code || !strings.Contains(r.Message, words) {
		t.Errorf("%s: %v, want %s with %q", what, err, code, words)
	}
}

func TestALinkWaitsForASystemAdmin(t *testing.T) {
	w, request := needsApproval(t)
	if len(w.told) != 2 || !strings.Contains(w.told[0], "@chief asks to link the channel `Town` in team `red` with the Teams channel `Bridge` of team `Demo Team`") || !strings.Contains(w.told[0], "approve "+request) ||
		!strings.HasSuffix(w.told[0], "[Open the channel](https://chat.example.com/red/channels/town)") {
		t.Errorf("told %q", w.told)
	}
	again, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{FromTeams: 7, ToTeams: 3})
	if err != nil || again.ID != request || len(w.told) != 2 || len(w.audited) != 1 {
		t.Errorf("asked for the same again: %+v, %v, told %d times, audited %v", again, err, len(w.told), w.audited)
	}
	_, err = w.links().Approve(t.Context(), by("chief"), request)
	refused(t, "approved by whoever asked", err, refusal.Forbidden, "system admins")

	link, err := w.links().Approve(t.Context(), links.Actor{User: "root", Via: links.ViaCommand}, request)
	if err != nil || link.Creator != "chief" || link.Conversation != conversation || link.Backfill.IsZero() || link.BackfillToTeams.IsZero() {
		t.Errorf("approved: %+v, %v", link, err)
	}
	if want := []string{"chief link_request town via api", "root link_approve town via command"}; !slices.Equal(w.audited, want) {
		t.Errorf("audited %q, want %q", w.audited, want)
	}
	if last := w.told[len(w.told)-1]; w.changed != 1 || !strings.Contains(last, "to chief: The channel `Town`") || !strings.Contains(last, "@root has approved it") {
		t.Errorf("announced %d times, told %q", w.changed, w.told)
	}
	_, err = w.links().Approve(t.Context(), by("root"), request)
	refused(t, "approved twice", err, refusal.NotFound, "no request")
}

func TestSystemAdminsNeedNoApproval(t *testing.T) {
	w := newWorld()
	w.settings.LinkApprovalRequired = true
	made, err := w.links().Create(t.Context(), links.Actor{User: "root", Via: links.ViaTerraform}, "town", conversation, bridge.Backfill{})
	if err != nil || made.Pending || len(w.all) != 1 || len(w.requests) != 0 {
		t.Errorf("made %+v, %v", made, err)
	}
}

func TestARequestIsRefusedWithAReason(t *testing.T) {
	w, request := needsApproval(t)
	refused(t, "refused by whoever asked", w.links().Refuse(t.Context(), by("chief"), request, ""), refusal.Forbidden, "system admins")
	if err := w.links().Refuse(t.Context(), by("root"), request, "Not this team."); err != nil {
		t.Fatal(err)
	}
	if last := w.told[len(w.told)-1]; len(w.all) != 0 || len(w.requests) != 0 || !strings.Contains(last, "to chief: @root does not want the channel `Town`") || !strings.Contains(last, "Not this team.") {
		t.Errorf("links %v, requests %v, told %q", w.all, w.requests, w.told)
	}
	refused(t, "refused twice", w.links().Refuse(t.Context(), by("root"), request, ""), refusal.NotFound, "no request")
}

func TestARequestIsTakenBackLikeALink(t *testing.T) {
	w, _ := needsApproval(t)
	if _, err := w.links().Delete(t.Context(), by("plain"), "town"); err == nil {
		t.Error("a plain member took it back")
	}
	if _, err := w.links().Delete(t.Context(), by("chief"), "town"); err != nil || len(w.requests) != 0 || w.changed != 0 {
		t.Errorf("taken back: %v, %d left, announced %d times", err, len(w.requests), w.changed)
	}
	if last := w.audited[len(w.audited)-1]; last != "chief link_withdraw town via api" {
		t.Errorf("audited %q", w.audited)
	}
}

func TestWhatIsAskedForIsInTheWay(t *testing.T) {
	w, _ := needsApproval(t)
	_, err := w.links().Create(t.Context(), by("chief"), "town", bridge.Conversation{ID: "19:y", Team: "teams-team"}, bridge.Backfill{})
	refused(t, "the channel", err, refusal.Conflict, "This channel waits already to be linked with the Teams channel Bridge")
	_, err = w.links().Create(t.Context(), by("chief"), "other", conversation, bridge.Backfill{})
	refused(t, "the Teams channel", err, refusal.Conflict, "asked for that Teams channel already, for the channel Town in team red")
}

// TestTheApprovalChecksAgain: much may have changed since a link was asked for.
func TestTheApprovalChecksAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		code   refusal.Code
		words  string
	}{
		"the policy":         {func(w *world) { w.settings.LinkableTeams = "another" }, refusal.Forbidden, "linkableTeams"},
		"Teams":              {func(w *world) { w.unseen = true }, refusal.NotFound, "no Teams channel"},
		"somebody was first": {func(w *world) { w.all = []bridge.Link{{Channel: "other", Conversation: conversation}} }, refusal.Conflict, "Other in team red"},
	} {
		w, request := needsApproval(t)
		c.change(w)
		_, err := w.links().Approve(t.Context(), by("root"), request)
		refused(t, name, err, c.code, c.words)
		if len(w.requests) != 1 {
			t.Errorf("%s: %d requests are left, want the one that could not be approved", name, len(w.requests))
		}
	}
}

// TestNamesMeanNothingInMessages: who names a channel in Teams does not speak with the bot's voice.
func TestNamesMeanNothingInMessages(t *testing.T) {
	w := newWorld()
	w.settings.LinkApprovalRequired = true
	w.called = "a` @all [log in](https://evil.example)"
	made, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.links().Approve(t.Context(), by("root"), made.ID); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, len(w.told) - 1} {
		if !strings.Contains(w.told[i], "`a' @all [log in](https://evil.example)`") {
			t.Errorf("told %q", w.told[i])
		}
	}
}

// TestWhoAskedIsToldInTheirLanguage: that the link is there, and that it is not.
func TestWhoAskedIsToldInTheirLanguage(t *testing.T) {
	w := newWorld()
	w.settings.LinkApprovalRequired, w.locale = true, "de"
	for _, decide := range []func(id string) error{
		func(id string) error { return w.links().Refuse(t.Context(), by("root"), id, "Not yet.") },
		func(id string) error { _, err := w.links().Approve(t.Context(), by("root"), id); return err },
	} {
		made, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{})
		if err != nil {
			t.Fatal(err)
		}
		if err := decide(made.ID); err != nil {
			t.Fatal(err)
		}
	}
	told := strings.Join(w.told, "\n")
	for _, want := range []string{
		"to chief: @root möchte nicht, dass der Kanal `Town` im Team `red` verknüpft wird mit Teams-Kanal `Bridge` im Team `Demo Team`. Der Grund: Not yet.",
		"to chief: Der Kanal `Town` im Team `red` ist jetzt, wie von Ihnen beantragt, verknüpft mit Teams-Kanal `Bridge` im Team `Demo Team`: @root hat es genehmigt.",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("not told %q, but %q", want, w.told)
		}
	}
}
