//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
)

// encryptFor puts a fresh encryption certificate into the plugin's settings, with further ones, and returns its id.
func encryptFor(t *testing.T, further map[string]any) string {
	t.Helper()
	certificate, private := notificationtest.Certificate(t)
	key, err := notification.ReadKey(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	settings := maps.Clone(shared.settings)
	settings["certificatepublic"], settings["certificatekey"] = certificate, private
	maps.Copy(settings, further)
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	return key.ID
}

// encrypted has the test run with an encryption certificate; the tests after it run without one again.
func encrypted(t *testing.T, further map[string]any) (certificateID string) {
	t.Helper()
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	id := encryptFor(t, further)
	// The server tells the plugin of its settings a moment later. A channel that is linked before that is subscribed to
	// without content first, and its messages are looked for when the subscription is replaced.
	eventually(t, func(ctx context.Context) error {
		n, err := askNotifications(ctx)
		if err == nil && n.CertificateID != id {
			err = fmt.Errorf("the plugin uses the certificate %q, want %s", n.CertificateID, id)
		}
		return err
	})
	return id
}

// encryptedFor waits until Graph encrypts the channel's messages for a certificate, and nothing is looked for in the channel
// that was missed before: such messages are fetched.
func (l *link) encryptedFor(t *testing.T, certificateID string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		if !slices.ContainsFunc(shared.Emulator.Subscriptions().All(), func(s notify.Subscription) bool {
			return strings.Contains(s.Resource, string(l.place.Channel)) && s.EncryptionCertificateID != nil && *s.EncryptionCertificateID == certificateID
		}) {
			return fmt.Errorf("no subscription for the channel encrypts for %s", certificateID)
		}
		var status struct {
			Subscriptions []struct {
				Channel teams.ChannelID `json:"teams_channel_id"`
				State   string
			}
			Links []struct {
				Channel teams.ChannelID `json:"teams_channel_id"`
				Resync  struct{ Wanted string }
			}
		}
		code, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		if err != nil || code != http.StatusOK {
			return errors.Join(err, fmt.Errorf("the plugin's status is HTTP %d", code))
		}
		if err := json.Unmarshal(answer, &status); err != nil {
			return err
		}
		for _, s := range status.Subscriptions {
			if s.Channel == l.place.Channel && s.State != "active" {
				return fmt.Errorf("the subscription is %s", s.State)
			}
		}
		for _, link := range status.Links {
			if link.Channel == l.place.Channel && link.Resync.Wanted != "" {
				return fmt.Errorf("messages of the channel are looked for: %s", link.Resync.Wanted)
			}
		}
		return nil
	})
}

// fetched counts how often a message of the channel was read from Graph. A look for what was missed is not counted.
func (l *link) fetched() (n int) {
	for _, r := range shared.Emulator.Requests() {
		if r.Method == http.MethodGet && strings.Contains(r.Path, "/channels/"+string(l.place.Channel)+"/messages/") && !strings.HasSuffix(r.Path, "/delta") {
			n++
		}
	}
	return n
}

// notificationsState is what the plugin's status says of them.
type notificationsState struct {
	CertificateID string `json:"certificate_id"`
	Opened        int
	Fetched       int
	Refused       int
	LastProblem   string `json:"last_problem"`
}

func notifications(t *testing.T) notificationsState {
	t.Helper()
	n, err := askNotifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// askNotifications fails while the plugin does not run.
func askNotifications(ctx context.Context) (n notificationsState, err error) {
	code, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
	if err != nil {
		return n, err
	}
	status := struct{ Notifications any }{&n}
	if code != http.StatusOK {
		return n, fmt.Errorf("the plugin's status is HTTP %d", code)
	}
	return n, json.Unmarshal(answer, &status)
}

func TestEncryptedMessagesAreNotFetched(t *testing.T) {
	id := encrypted(t, nil)
	l := newLink(t)
	l.encryptedFor(t, id)
	before := notifications(t)
	const n = 20
	var root teams.MessageID
	for i := range n {
		m := l.say(t, "blake@demo.example", root, fmt.Sprintf("<p>number <b>%02d</b>.</p>", i))
		if i == 0 {
			root = m.ID
		}
	}
	l.say(t, shared.drew, "", "<p>from drew</p>")
	for i := range n {
		l.post(t, fmt.Sprintf("number **%02d**.", i))
	}
	if got := l.post(t, "from drew").Message; got != "from drew" {
		t.Errorf("drew's message became %q", got)
	}
	if got := l.fetched(); got != 0 {
		t.Errorf("%d messages were fetched, want none of %d", got, n+1)
	}
	if after := notifications(t); after.CertificateID != id || after.Opened-before.Opened != n+1 || after.Fetched != before.Fetched || after.Refused != 0 {
		t.Errorf("the status went from %+v to %+v", before, after)
	}
	posts, err := l.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts[1:n] {
		if p.RootId != posts[0].Id {
			t.Errorf("reply %q is in thread %q, want %q", p.Message, p.RootId, posts[0].Id)
		}
	}
	// The other way nothing changes, and our own messages come back encrypted too.
	l.write(t, shared.alex, "", "from alex")
	l.message(t, "from alex")
	if posts, messages := l.counts(t); posts != n+2 || messages != n+2 {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, n+2)
	}
}

// What is said in chats comes encrypted too, to each of their people.
func TestEncryptedMessagesOfChatsAreNotFetched(t *testing.T) {
	id := encrypted(t, map[string]any{"syncdirectmessages": true, "syncgroupmessages": true})
	eventually(t, func(context.Context) error {
		for _, user := range []string{"alex", "blake"} {
			if !slices.ContainsFunc(shared.Emulator.Subscriptions().All(), func(s notify.Subscription) bool {
				return strings.Contains(strings.ToLower(s.Resource), "/users/"+teamsID(t, user)+"/chats") && s.EncryptionCertificateID != nil && *s.EncryptionCertificateID == id
			}) {
				return fmt.Errorf("no subscription for the chats of %s encrypts for %s", user, id)
			}
		}
		return nil
	})
	l := &link{channel: directOf(t, shared.alex, shared.blake), place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "blake").ID}}
	// Who is in a chat is asked of Graph once.
	l.say(t, "blake@demo.example", "", "<p>the first of them</p>")
	l.post(t, "the first of them")
	before := notifications(t)
	const n = 5
	var said []teams.MessageID
	for i := range n {
		said = append(said, l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>number <b>%02d</b> in a chat</p>", i)).ID)
	}
	for i := range n {
		l.post(t, fmt.Sprintf("number **%02d** in a chat", i))
	}
	for _, r := range shared.Emulator.Requests() {
		_, id, is := strings.Cut(r.Path, "/chats/"+string(l.place.Chat)+"/messages/")
		if r.Method == http.MethodGet && is && slices.Contains(said, teams.MessageID(id)) {
			t.Errorf("a message was fetched: %s", r.Path)
		}
	}
	if after := notifications(t); after.Opened-before.Opened < n || after.Fetched != before.Fetched || after.Refused != before.Refused {
		t.Errorf("the status went from %+v to %+v", before, after)
	}
	l.write(t, shared.alex, "", "an answer to what was encrypted")
	l.message(t, "an answer to what was encrypted")
}

// TestACertificateRotationLosesNothing changes the certificate twice in the middle of traffic, and restarts the plugin in
// between, so that the earlier keys have to come from where they are kept.
func TestACertificateRotationLosesNothing(t *testing.T) {
	id := encrypted(t, nil)
	l := newLink(t)
	l.encryptedFor(t, id)
	const n = 30
	saying := make(chan struct{}, n)
	said := make(chan error, 1)
	go func() {
		for i := range n {
			<-saying
			if _, err := shared.Emulator.Teams().Post("blake@demo.example", l.place, "", teams.Draft{Body: teams.HTML(fmt.Sprintf("<p>number %02d.</p>", i))}); err != nil {
				said <- err
				return
			}
		}
		said <- nil
	}()
	say := func(count int) {
		for range count {
			saying <- struct{}{}
		}
	}
	say(5)
	second := encryptFor(t, nil)
	say(5) // some for the first certificate, some for the second
	l.encryptedFor(t, second)
	say(5)
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	say(5) // delivered when the plugin is back, encrypted for the second certificate
	third := encryptFor(t, nil)
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.encryptedFor(t, third)
	say(10)
	if err := <-said; err != nil {
		t.Fatal(err)
	}
	for i := range n {
		l.post(t, fmt.Sprintf("number %02d.", i))
	}
	if posts, messages := l.counts(t); posts != n || messages != n {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, n)
	}
	if got := l.fetched(); got != 0 {
		t.Errorf("%d messages had to be fetched: a key was missing", got)
	}
}

func TestWithoutValidationTokensMessagesAreFetched(t *testing.T) {
	id := encrypted(t, nil)
	dir := shared.Emulator.Directory()
	principal, ok := dir.ServicePrincipalByAppID(shared.app.ClientID)
	if !ok {
		t.Fatal("no service principal")
	}
	require := func(required bool) {
		t.Helper()
		if _, err := dir.UpdateServicePrincipal(principal.ID, directory.Properties{}.Set("appRoleAssignmentRequired", required)); err != nil {
			t.Fatal(err)
		}
	}
	require(true)
	defer require(false)
	l := newLink(t)
	l.encryptedFor(t, id)
	l.say(t, "blake@demo.example", "", "<p>without tokens</p>")
	l.post(t, "without tokens")
	if got := l.fetched(); got != 1 {
		t.Errorf("fetched %d times, want once", got)
	}
	if status := notifications(t); status.Refused != 0 || !strings.Contains(status.LastProblem, "appRoleAssignmentRequired") {
		t.Errorf("status %+v", status)
	}
}
