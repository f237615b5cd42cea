// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// world is a tenant, a store, a linked channel, and an endpoint that Graph notifies.
type world struct {
	*teamstest.Tenant
	store  *store.Store
	client *teams.Client
	keeper *subscriptions.Keeper
	base   string // address of the endpoint

	mu      sync.Mutex
	items   []item
	actions []string
	site    string // path below base; what a changed site URL changes
	change  func(*subscriptions.Current)
	warned  []string
	warnErr error
	intake  http.Handler // is given what comes; nil for none

	searched []search // for chats that are not known

	certificate *notification.Key // of the settings; nil for none
	keepErr     error             // what keeping its key comes to
}

// search is one for messages in chats that are not known yet.
type search struct {
	people []bridge.TeamsUserID
	since  time.Time
}

type item struct {
	SubscriptionID string
	ClientState    string
	LifecycleEvent string
	ResourceData   struct{ ID string }
	path           string // that it came to

	EncryptedContent *notification.Content
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Tenant: teamstest.Start(t)}
	w.Subscriptions().SetSettings(notify.Settings{RetryBase: 20 * time.Millisecond, RetryMax: 100 * time.Millisecond})
	w.store = storetest.Open(t, storetest.NewDatabase(t), "node")
	w.client = w.Client(t, nil)
	w.base = w.listen(t)
	w.keeper = w.newKeeper(t, w.store)
	return w
}

func (w *world) newKeeper(t *testing.T, s *store.Store) *subscriptions.Keeper {
	return subscriptions.New(subscriptions.Config{Store: s, Log: storetest.Log(t, "keeper"), Count: w.count, Keep: w.keep, Current: func() (subscriptions.Current, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		current := subscriptions.Current{Graph: w.client, ChangesURL: w.base + w.site + "/changes", LifecycleURL: w.base + w.site + "/lifecycle", Certificate: w.certificate}
		if w.change != nil {
			w.change(&current)
		}
		return current, nil
	}, MissedChats: func(_ context.Context, people []bridge.TeamsUserID, since time.Time) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.searched = append(w.searched, search{people, since})
		return nil
	}, Warn: func(_ context.Context, text texts.Text) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.warned = append(w.warned, text.String())
		return w.warnErr
	}})
}

func (w *world) keep(context.Context, *notification.Key) error { return w.keepErr }

func (w *world) count(action string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.actions = append(w.actions, action)
}

// took returns what was done since the last call.
func (w *world) took() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	actions := w.actions
	w.actions = nil
	return actions
}

func (w *world) listen(t *testing.T) string {
	t.Helper()
	certificate, key, err := w.IssueCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(w.notified))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func (w *world) notified(rw http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("validationToken"); token != "" {
		rw.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(rw, token)
		return
	}
	var collection struct{ Value []item }
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &collection) != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if w.intake != nil {
		w.intake.ServeHTTP(httptest.NewRecorder(), r)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range collection.Value {
		it.path = r.URL.Path
		w.items = append(w.items, it)
	}
	rw.WriteHeader(http.StatusAccepted)
}

func (w *world) link(t *testing.T) {
	t.Helper()
	link := bridge.Link{ID: "link", Channel: "channel", MattermostTeam: "team", Conversation: w.Channel, Creator: "user", CreatedAt: time.Now()}
	if err := w.store.CreateLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
}

func (w *world) unlink(t *testing.T) {
	t.Helper()
	if _, found, err := w.store.DeleteLink(t.Context(), "channel"); err != nil || !found {
		t.Fatal(found, err)
	}
}

func (w *world) reconcile(t *testing.T) {
	t.Helper()
	if _, err := w.keeper.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// work has the keeper work by itself until the test's end.
func (w *world) work(t *testing.T) {
	w.keeper.Start()
	t.Cleanup(func() {
		if err := w.keeper.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// state returns our row of the channel's subscription.
func (w *world) state(t *testing.T) store.Subscription {
	t.Helper()
	all, err := w.store.Subscriptions(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d subscriptions, %v; want one", len(all), err)
	}
	return all[0]
}

// agree asserts that we and Graph have one and the same active subscription.
func (w *world) agree(t *testing.T) store.Subscription {
	t.Helper()
	ours, graph := w.state(t), w.Subscriptions().All()
	if ours.State != store.SubscriptionActive || len(graph) != 1 || graph[0].ID != ours.GraphID {
		t.Fatalf("ours %+v, Graph's %+v", ours, graph)
	}
	return ours
}

func (w *world) wantActions(t *testing.T, want ...string) {
	t.Helper()
	if got := w.took(); !slices.Equal(got, want) {
		t.Errorf("did %v, want %v", got, want)
	}
}

// wantAll compares without the order: several subscriptions are worked on at a time.
func (w *world) wantAll(t *testing.T, want ...string) {
	t.Helper()
	if got := slices.Sorted(slices.Values(w.took())); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("did %v, want %v", got, want)
	}
}

// now makes a failed subscription due.
func (w *world) now(t *testing.T) {
	t.Helper()
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.subscriptions SET not_before = '-infinity'"); err != nil {
		t.Fatal(err)
	}
}

func (w *world) fault(t *testing.T, rule faults.Rule) {
	t.Helper()
	if _, err := w.Faults().Add(rule); err != nil {
		t.Fatal(err)
	}
}

// notification waits for one that passes.
func (w *world) notification(t *testing.T, pass func(item) bool) item {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		w.mu.Lock()
		i := slices.IndexFunc(w.items, pass)
		var found item
		if i >= 0 {
			found = w.items[i]
		}
		w.mu.Unlock()
		if i >= 0 {
			return found
		}
		select {
		case <-deadline.C:
			t.Fatal("no such notification came")
		case <-tick.C:
		}
	}
}

func TestALinkGetsASubscriptionAndLosesItAgain(t *testing.T) {
	w := newWorld(t)
	w.reconcile(t)
	w.wantActions(t)
	w.link(t)
	w.reconcile(t)
	w.wantActions(t, "created")
	ours := w.agree(t)
	if left := time.Until(ours.ExpiresAt); left < subscriptions.Life-time.Minute || left > 4320*time.Minute {
		t.Errorf("it lives for %v", left)
	}
	w.reconcile(t)
	w.wantActions(t)
	w.unlink(t)
	w.reconcile(t)
	w.wantActions(t, "removed")
	if graph := w.Subscriptions().All(); len(graph) != 0 {
		t.Errorf("Graph still has %+v", graph)
	}
}

func TestNotificationsAreMatchedByTheirSecret(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	ours := w.agree(t)
	if _, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML("<p>hello</p>")}); err != nil {
		t.Fatal(err)
	}
	n := w.notification(t, func(item) bool { return true })
	matched := func(id, secret string) bool {
		t.Helper()
		s, ok, err := w.match(t, id, secret)
		if err != nil {
			t.Fatal(err)
		}
		if ok && secret == n.ClientState && s.Conversation != w.Channel.ID {
			t.Errorf("matched %+v", s)
		}
		return ok
	}
	for range 2 { // the second time from memory
		if !matched(n.SubscriptionID, n.ClientState) {
			t.Error("the right secret does not match")
		}
		if matched(n.SubscriptionID, "wrong") || matched(n.SubscriptionID, "") {
			t.Error("a wrong secret matches")
		}
	}
	if !matched("an id that Graph has not told yet", n.ClientState) {
		t.Error("the secret alone does not match")
	}
	var stored int
	if err := w.store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.subscriptions s WHERE s::text LIKE '%' || $1 || '%'", n.ClientState).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the secret is stored %d times, %v", stored, err)
	}
	_ = ours
}

func TestRenewalAtHalfLife(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	before := w.agree(t)
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.subscriptions SET expires_at = clock_timestamp() + interval '31 hours'"); err != nil {
		t.Fatal(err)
	}
	w.took()
	w.reconcile(t)
	w.wantActions(t, "renewed")
	if after := w.agree(t); after.GraphID != before.GraphID || time.Until(after.ExpiresAt) < subscriptions.Life-time.Minute {
		t.Errorf("renewed to %+v", after)
	}
}

func TestWhatGraphDroppedIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	before := w.agree(t)
	w.Subscriptions().Clear()
	w.took()
	w.reconcile(t)
	w.wantActions(t, "recreated", "created")
	if after := w.agree(t); after.GraphID == before.GraphID {
		t.Error("it is the same one")
	}
}

// TestAnUnknownOutcomeIsSettled: the answer to the POST is lost, and Graph has the subscription all the same.
func TestAnUnknownOutcomeIsSettled(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.fault(t, faults.Rule{Effect: faults.Drop, Route: "POST /subscriptions", AfterCommit: true, Next: 1})
	w.reconcile(t)
	w.wantActions(t, "failed")
	if s := w.state(t); s.State != store.SubscriptionCreating || s.LastError == "" {
		t.Errorf("state %+v", s)
	}
	w.now(t)
	w.reconcile(t)
	w.wantActions(t, "adopted")
	w.agree(t)
	if _, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML("<p>hello</p>")}); err != nil {
		t.Fatal(err)
	}
	n := w.notification(t, func(item) bool { return true })
	if _, ok, err := w.match(t, n.SubscriptionID, n.ClientState); err != nil || !ok {
		t.Errorf("notifications of the adopted subscription do not match: %v", err)
	}
}

func TestALostPostIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.fault(t, faults.Rule{Effect: faults.Drop, Route: "POST /subscriptions", Next: 1})
	w.reconcile(t)
	w.now(t)
	w.reconcile(t)
	w.wantActions(t, "failed", "created")
	w.agree(t)
}

func TestAFailedValidationIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.fault(t, faults.Rule{Effect: faults.ValidationRefused, Next: 1})
	next, err := w.keeper.Reconcile(t.Context())
	if err != nil || next > 10*time.Second {
		t.Errorf("tried again in %v, %v", next, err)
	}
	if s := w.state(t); s.State != store.SubscriptionWanted || s.LastError == "" {
		t.Errorf("state %+v", s)
	}
	w.now(t)
	w.reconcile(t)
	w.wantActions(t, "failed", "created")
	if s := w.agree(t); s.LastError != "" {
		t.Errorf("still shows %q", s.LastError)
	}
}

// TestAForeignSubscriptionMakesRoom: the plugin that this one replaces left one, whose secret is not known here; with
// the same changes Graph answers 409, with others 403.
func TestAForeignSubscriptionMakesRoom(t *testing.T) {
	for _, changes := range []string{"created,updated,deleted", "created,deleted,updated", "created"} {
		t.Run(changes, func(t *testing.T) {
			w := newWorld(t)
			foreign, err := w.client.Subscribe(t.Context(), teams.Subscription{
				ChangeType: changes, Resource: "teams/" + string(w.Channel.Team) + "/channels/" + string(w.Channel.ID) + "/messages?model=B",
				NotificationURL: w.base + "/changes", ExpiresAt: time.Now().Add(50 * time.Minute).UTC(), ClientState: "the old plugin's",
			})
			if err != nil {
				t.Fatal(err)
			}
			w.link(t)
			w.reconcile(t)
			w.wantActions(t, "created")
			if ours := w.agree(t); ours.GraphID == foreign.ID {
				t.Error("the foreign one was taken for ours")
			}
		})
	}
}

// TestRelinkingAdoptsWhatIsStillThere: a channel is unlinked and linked again before Graph could be told.
func TestRelinkingAdoptsWhatIsStillThere(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	w.reconcile(t)
	before := w.agree(t)
	w.unlink(t)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 400, Route: "DELETE /subscriptions/*", Next: 1})
	w.reconcile(t)
	w.link(t)
	w.took()
	w.reconcile(t)
	w.wantActions(t, "renewed")
	if after := w.agree(t); after.GraphID != before.GraphID {
		t.Error("another one was made")
	}
}

func TestTwoNodesMakeOneSubscription(t *testing.T) {
	w := newWorld(t)
	w.link(t)
	other := w.newKeeper(t, storetest.Open(t, w.store.Pool().Config().ConnString(), "other"))
	var nodes sync.WaitGroup
	for _, k := range []*subscriptions.Keeper{w.keeper, other, w.keeper, other} {
		nodes.Go(func() {
			if _, err := k.Reconcile(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	w.reconcile(t)
	w.wantActions(t, "created")
	w.agree(t)
}

func TestTheKeeperWorksByItself(t *testing.T) {
	w := newWorld(t)
	w.work(t)
	w.link(t)
	w.keeper.Poke()
	storetest.Eventually(t, "Graph has the subscription", func() bool { return len(w.Subscriptions().All()) == 1 })
}

// TestAnotherApplicationIsAskedWhatItHas at once: the subscriptions of the former one are not its own.
func TestAnotherApplicationIsAskedWhatItHas(t *testing.T) {
	w := newWorld(t)
	w.work(t)
	w.link(t)
	w.keeper.Poke()
	storetest.Eventually(t, "Graph has the subscription", func() bool { return len(w.Subscriptions().All()) == 1 })
	w.Subscriptions().Clear() // the other one does not have it
	other := w.Client(t, nil)
	w.set(func(c *subscriptions.Current) { c.Graph = other })
	w.keeper.Poke()
	storetest.Eventually(t, "Graph has the subscription", func() bool { return len(w.Subscriptions().All()) == 1 })
}

// TestTheFormerApplicationsSubscriptionsGo while its credentials still work: nobody else can delete them, and what they deliver
// would be thrown away for days.
func TestTheFormerApplicationsSubscriptionsGo(t *testing.T) {
	for name, works := range map[string]bool{"its credentials work": true, "its credentials do not work any more": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.linkMore(t, 2)
			w.reconcile(t)
			w.took()
			successor := w.Client(t, nil, func(c *teams.Config) { c.ClientID = teamstest.SuccessorID })
			w.set(func(c *subscriptions.Current) { c.Graph = successor })
			if !works {
				w.fault(t, faults.Rule{Effect: faults.Status, Status: 401, Route: "DELETE /subscriptions/*"})
			}
			w.reconcile(t)
			left, want := 2, []string{"recreated", "recreated", "created", "created", "left", "left"}
			if !works {
				left, want = 4, want[:4]
			}
			w.wantAll(t, want...)
			if n := len(w.Subscriptions().All()); n != left {
				t.Errorf("Graph has %d subscriptions, want %d", n, left)
			}
			w.reconcile(t)
			w.wantActions(t)
		})
	}
}
