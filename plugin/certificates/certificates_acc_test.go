// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package certificates_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/certificates"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const encryptionKey = "an-encryption-key-of-32-characters"

// node is the room of one node of a cluster.
type node struct {
	*certificates.Certificates
	store   *store.Store
	changed *atomic.Int32 // how often it said so
}

func start(t *testing.T, dsn, name, key string) node {
	t.Helper()
	n := node{store: storetest.Open(t, dsn, name), changed: new(atomic.Int32)}
	n.Certificates = certificates.New(certificates.Config{
		Store: n.store, Log: slog.New(slog.DiscardHandler),
		Vault:   func() (certificates.Vault, error) { return accounts.NewVault(key) },
		Changed: func() { n.changed.Add(1) },
	})
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	return n
}

func (n node) ids() (ids []string) {
	for _, c := range n.Usable() {
		ids = append(ids, c.ID)
	}
	return ids
}

func (n node) create(t *testing.T) certificates.Certificate {
	t.Helper()
	made, err := n.Create(t.Context(), "root", "CN=Mattermost MS Teams Sync, O=Example", 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// waitFor waits until the node, which is told of changes, holds these certificates.
func (n node) waitFor(t *testing.T, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := process.Until(ctx, func(context.Context) error {
		if have := n.ids(); !slices.Equal(have, want) {
			return fmt.Errorf("the node has %v, want %v", have, want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestACertificateIsMadeAndReachesOtherNodes(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := start(t, dsn, "one", encryptionKey), start(t, dsn, "two", encryptionKey)
	made := one.create(t)
	block, rest := pem.Decode([]byte(made.PEM))
	if block == nil || len(rest) > 0 || block.Type != "CERTIFICATE" {
		t.Fatalf("%q is no certificate", made.PEM)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Subject.CommonName != "Mattermost MS Teams Sync" || made.Subject != "CN=Mattermost MS Teams Sync, O=Example" || len(made.Thumbprint) != 40 || strings.ToUpper(made.Thumbprint) != made.Thumbprint ||
		!made.Usable || time.Until(parsed.NotAfter).Round(time.Hour) != 24*time.Hour {
		t.Errorf("made %+v", made)
	}
	if !slices.Equal(one.ids(), []string{made.ID}) {
		t.Errorf("the node that made it has %v", one.ids())
	}
	two.waitFor(t, made.ID)
	if err := process.Until(t.Context(), func(context.Context) error {
		if one.changed.Load() == 0 || two.changed.Load() == 0 {
			return errors.New("a node does not say that there is another certificate")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if key := two.Usable()[0].Key; !key.PublicKey.Equal(parsed.PublicKey) {
		t.Error("the other node has another key")
	}
	if err := two.Delete(t.Context(), "root", made.ID); err != nil {
		t.Fatal(err)
	}
	one.waitFor(t)
	two.waitFor(t)
	trail, err := one.store.AuditTrail(t.Context(), 10)
	if err != nil || len(trail) != 2 || trail[0].Action != "delete-certificate" || trail[1].Action != "create-certificate" || trail[1].Actor != "root" {
		t.Errorf("audit: %+v, %v", trail, err)
	}
}

// TestOlderCertificatesGoWhenTheNewestIsInUse: not at once, because some of Entra's machines may not know it yet.
func TestOlderCertificatesGoWhenTheNewestIsInUse(t *testing.T) {
	n := start(t, storetest.NewDatabase(t), "one", encryptionKey)
	older := n.create(t)
	newer := n.create(t)
	if !slices.Equal(n.ids(), []string{newer.ID, older.ID}) {
		t.Fatalf("in use are %v, want the newer %s first", n.ids(), newer.ID)
	}
	accept := func(id string, keepOlder time.Duration) []store.Certificate {
		if err := n.store.AcceptCertificate(t.Context(), id, keepOlder); err != nil {
			t.Fatal(err)
		}
		left, err := n.store.Certificates(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	if left := accept(older.ID, 0); len(left) != 2 || left[1].AcceptedAt == nil || left[0].AcceptedAt != nil {
		t.Errorf("after the older one was used: %d left", len(left))
	}
	if left := accept(newer.ID, time.Hour); len(left) != 2 {
		t.Errorf("after the newer one was used: %d left, want both for an hour", len(left))
	}
	if left := accept(newer.ID, 0); len(left) != 1 || left[0].ID != newer.ID {
		t.Errorf("in the end %d are left", len(left))
	}
}

func TestAnotherEncryptionKeyMakesACertificateUseless(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	made := start(t, dsn, "one", encryptionKey).create(t)
	other := start(t, dsn, "two", "another-encryption-key-of-32-characters")
	if ids := other.ids(); len(ids) > 0 {
		t.Errorf("usable are %v", ids)
	}
	if list, err := other.List(t.Context()); err != nil || len(list) != 1 || list[0].Usable || list[0].ID != made.ID {
		t.Errorf("listed are %+v, %v", list, err)
	}
}

func TestPrivateKeysAreNotReadableInTheDatabase(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	n := start(t, dsn, "one", encryptionKey)
	n.create(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var sealed []byte
	if err := conn.QueryRow(t.Context(), "SELECT private_key FROM msteamssync.certificates").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParsePKCS8PrivateKey(sealed); err == nil || bytes.Contains(sealed, n.Usable()[0].Key.D.Bytes()) {
		t.Error("the key is kept in clear")
	}
}

func TestWhatIsRefused(t *testing.T) {
	n := start(t, storetest.NewDatabase(t), "one", encryptionKey)
	for _, test := range []struct {
		subject  string
		validFor time.Duration
		want     string
	}{
		{"O=Example", time.Hour, "has no CN"},
		{"CN=a, CN=b", time.Hour, "more than one CN"},
		{"Mattermost", time.Hour, "must be like"},
		{"CN=a+O=b", time.Hour, "must be like"},
		{"CN=a", time.Minute, "from 3600 to"},
		{"CN=a", 4 * 365 * 24 * time.Hour, "from 3600 to"},
	} {
		if _, err := n.Create(t.Context(), "root", test.subject, test.validFor); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s for %v: %v, want %q", test.subject, test.validFor, err, test.want)
		}
	}
	if err := n.Delete(t.Context(), "root", "unknown"); err == nil {
		t.Error("an unknown certificate was deleted")
	}
}
