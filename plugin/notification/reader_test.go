// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// seal does what Microsoft does with a message.
func seal(t *testing.T, key *Key, plain []byte) []byte {
	t.Helper()
	secret := make([]byte, keySize)
	_, _ = rand.Read(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	data := append([]byte{}, plain...)
	for range padding {
		data = append(data, byte(padding))
	}
	cipher.NewCBCEncrypter(block, secret[:aes.BlockSize]).CryptBlocks(data, data)
	c := Content{CertificateID: key.ID}
	c.Data, c.Signature = signed(secret, data)
	sealed, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &key.private.PublicKey, secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Key = base64.StdEncoding.EncodeToString(sealed)
	document, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// parse reads the messages of these tests: an id or a reply's ids.
func parse(document []byte, in bridge.Conversation) (bridge.TeamsMessage, error) {
	var m struct{ Root, ID, HTML string }
	if err := json.Unmarshal(document, &m); err != nil {
		return bridge.TeamsMessage{}, err
	}
	return bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: in, Root: bridge.TeamsMessageID(m.Root), ID: bridge.TeamsMessageID(m.ID)}, HTML: m.HTML}, nil
}

// study is a reader with everything that it needs.
type study struct {
	*desk
	*Reader
	shelf    *shelf
	key      *Key
	tokens   map[string][]string
	outcomes map[Outcome]int
}

func newStudy(t *testing.T) *study {
	t.Helper()
	s := &study{desk: newDesk(t), shelf: &shelf{keys: map[string]SealedKey{}}, key: newKey(t), outcomes: map[Outcome]int{}}
	s.tokens = map[string][]string{"proof": {s.microsoft.sign(t, "one", version2(s.clock))}}
	keys := NewKeyring(s.shelf)
	if err := keys.Keep(t.Context(), s.key, lock("vault")); err != nil {
		t.Fatal(err)
	}
	s.Reader = NewReader(Config{
		Keys: keys, Parse: parse, Observe: func(o Outcome) { s.outcomes[o]++ }, Log: slog.New(slog.DiscardHandler),
		Tokens:  func(_ context.Context, name string) ([]string, error) { return s.tokens[name], s.shelf.err },
		Current: func() (Current, error) { return Current{Vault: lock("vault"), Verifier: s.Verifier}, nil },
	})
	return s
}

var ref = bridge.MessageRef{Conversation: bridge.Conversation{ID: "19:one@thread.tacv2", Team: "t"}, Root: "100", ID: "200"}

const hello = `{"Root":"100","ID":"200","HTML":"hello"}`

func (s *study) event(sealed []byte) bridge.InboundEvent {
	return bridge.InboundEvent{Event: bridge.Event{Kind: bridge.Create, ReceivedAt: s.clock}, Ref: ref, Notice: bridge.Notice{Sealed: sealed, Tenant: tenant, Proof: "proof"}}
}

func TestReadsWhatANotificationCarries(t *testing.T) {
	s := newStudy(t)
	message, ok, err := s.Read(t.Context(), s.event(seal(t, s.key, []byte(hello))))
	if err != nil || !ok || message.HTML != "hello" || message.Ref != ref {
		t.Errorf("%+v, %v, %v", message, ok, err)
	}
	if state := s.State(); state.Opened != 1 || state.LastProblem != "" || s.outcomes[Opened] != 1 {
		t.Errorf("state %+v, outcomes %v", state, s.outcomes)
	}
}

func TestWhatCannotBeReadIsFetched(t *testing.T) {
	s := newStudy(t)
	good := seal(t, s.key, []byte(hello))
	tampered := func(change func(*Content)) []byte {
		var c Content
		if err := json.Unmarshal(good, &c); err != nil {
			t.Fatal(err)
		}
		change(&c)
		document, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
	for name, test := range map[string]struct {
		event func(*bridge.InboundEvent)
		want  Outcome
	}{
		"an unknown certificate": {func(e *bridge.InboundEvent) { e.Sealed = seal(t, newKey(t), []byte(hello)) }, NoKey},
		"encrypted for another certificate": {func(e *bridge.InboundEvent) {
			e.Sealed = seal(t, &Key{ID: s.key.ID, private: newKey(t).private}, []byte(hello))
		}, BadSignature},
		"a bad signature":     {func(e *bridge.InboundEvent) { e.Sealed = tampered(func(c *Content) { c.Data = flipped(t, c.Data, 3) }) }, BadSignature},
		"no JSON around":      {func(e *bridge.InboundEvent) { e.Sealed = []byte("{") }, BadContent},
		"no message inside":   {func(e *bridge.InboundEvent) { e.Sealed = seal(t, s.key, []byte("hello")) }, BadContent},
		"another message":     {func(e *bridge.InboundEvent) { e.Ref.ID = "300" }, OtherMessage},
		"another reply chain": {func(e *bridge.InboundEvent) { e.Ref.Root = "101" }, OtherMessage},
		"no tokens":           {func(e *bridge.InboundEvent) { e.Proof = "" }, NoTokens},
		"forgotten tokens":    {func(e *bridge.InboundEvent) { e.Proof = "forgotten" }, UncheckedToken},
	} {
		clear(s.outcomes)
		event := s.event(good)
		test.event(&event)
		if _, ok, err := s.Read(t.Context(), event); ok || err != nil || !maps.Equal(s.outcomes, map[Outcome]int{test.want: 1}) {
			t.Errorf("%s: read %v, %v, outcomes %v; want %s and the message fetched", name, ok, err, s.outcomes, test.want)
		}
	}
	if state := s.State(); state.Fetched != 9 || state.LastProblem == "" || state.LastProblemAt.IsZero() {
		t.Errorf("state %+v", state)
	}
}

func TestWhatMicrosoftDidNotSendIsGivenUp(t *testing.T) {
	s := newStudy(t)
	s.tokens["forged"] = []string{"x.y.z"}
	for _, kind := range []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete} {
		event := s.event(nil)
		event.Kind, event.Proof = kind, "forged"
		if kind == bridge.Create {
			event.Sealed = seal(t, s.key, []byte(hello))
		}
		_, ok, err := s.Read(t.Context(), event)
		if ok || bridge.ClassOf(err) != bridge.Permanent || !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v, %v; want a permanent failure", kind, ok, err)
		}
	}
	if state := s.State(); state.Refused != 3 || s.outcomes[WrongToken] != 3 {
		t.Errorf("state %+v, outcomes %v", state, s.outcomes)
	}
}

func TestPlainNotificationsAreLeftAlone(t *testing.T) {
	s := newStudy(t)
	event := s.event(nil)
	event.Proof = ""
	if _, ok, err := s.Read(t.Context(), event); ok || err != nil || len(s.outcomes) != 0 {
		t.Errorf("%v, %v, outcomes %v", ok, err, s.outcomes)
	}
	change := s.event(nil) // with good tokens but, as changes are kept, without content
	change.Kind = bridge.Edit
	if _, ok, err := s.Read(t.Context(), change); ok || err != nil || len(s.outcomes) != 0 {
		t.Errorf("a change: %v, %v, outcomes %v", ok, err, s.outcomes)
	}
}

func TestAFailingStoreIsNoProblemOfTheNotification(t *testing.T) {
	s := newStudy(t)
	s.shelf.err = errors.New("no database")
	if _, ok, err := s.Read(t.Context(), s.event(seal(t, s.key, []byte(hello)))); ok || !errors.Is(err, s.shelf.err) || len(s.outcomes) != 0 {
		t.Errorf("%v, %v, outcomes %v; want the store's error, so that it is tried again", ok, err, s.outcomes)
	}
}

func TestRotation(t *testing.T) {
	s := newStudy(t)
	old := seal(t, s.key, []byte(hello))
	next := newKey(t)
	later := NewKeyring(s.shelf) // as after a restart with the next certificate in the settings
	if err := later.Keep(t.Context(), next, lock("vault")); err != nil {
		t.Fatal(err)
	}
	s.config.Keys = later
	for name, sealed := range map[string][]byte{"old": old, "new": seal(t, next, []byte(hello))} {
		if _, ok, err := s.Read(t.Context(), s.event(sealed)); !ok || err != nil {
			t.Errorf("encrypted for the %s certificate: %v, %v", name, ok, err)
		}
	}
}

func TestTheLogTellsOnceInAWhile(t *testing.T) {
	s := newStudy(t)
	lines := 0
	s.config.Log = slog.New(counter{&lines})
	event := s.event([]byte("{"))
	for range 10 {
		if _, _, err := s.Read(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	if lines != 1 || s.State().Fetched != 10 {
		t.Errorf("%d lines for 10 notifications, state %+v", lines, s.State())
	}
}

// counter is a log that counts its lines.
type counter struct{ lines *int }

func (c counter) Enabled(context.Context, slog.Level) bool { return true }

func (c counter) Handle(context.Context, slog.Record) error {
	*c.lines++
	return nil
}

func (c counter) WithAttrs([]slog.Attr) slog.Handler { return c }

func (c counter) WithGroup(string) slog.Handler { return c }
