// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"
)

func selfSigned(t testing.TB, public, private any) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bridge"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newRSA(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newKey(t testing.TB) *Key {
	t.Helper()
	private := newRSA(t, 2048)
	key, err := ReadKey(certificatePEM(selfSigned(t, &private.PublicKey, private)), privatePEM(t, private))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestReadKey(t *testing.T) {
	one, two, small := newRSA(t, 2048), newRSA(t, 2048), newRSA(t, 1024)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := certificatePEM(selfSigned(t, &one.PublicKey, one))
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(one)}))
	a, err := ReadKey(certificate, privatePEM(t, one))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadKey(certificate, pkcs1)
	if err != nil || a.ID != b.ID || len(a.ID) > 128 {
		t.Errorf("read from PKCS #1: %v; the ids are %q and %q", err, a.ID, b.ID)
	}
	for name, test := range map[string]struct {
		certificate, private string
		ofCertificate        bool
		says                 string
	}{
		"no certificate":                {"none", privatePEM(t, one), true, "BEGIN CERTIFICATE"},
		"a key instead":                 {privatePEM(t, one), privatePEM(t, one), true, "BEGIN CERTIFICATE"},
		"a damaged certificate":         {certificatePEM([]byte("x")), privatePEM(t, one), true, "cannot be read"},
		"a certificate of a short key":  {certificatePEM(selfSigned(t, &small.PublicKey, small)), privatePEM(t, small), true, "2048 to 4096"},
		"a certificate of no RSA key":   {certificatePEM(selfSigned(t, &curve.PublicKey, curve)), privatePEM(t, curve), true, "RSA"},
		"no key":                        {certificate, "none", false, "BEGIN PRIVATE KEY"},
		"another certificate's key":     {certificate, privatePEM(t, two), false, "does not belong"},
		"a key that is not RSA":         {certificate, privatePEM(t, curve), false, "RSA"},
		"a key that is damaged":         {certificate, "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----", false, "cannot be read"},
		"a key protected by a password": {certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----", false, "password"},
		"the certificate as the key":    {certificate, certificate, false, "BEGIN PRIVATE KEY"},
	} {
		_, err := ReadKey(test.certificate, test.private)
		_, ofCertificate := errors.AsType[*CertificateError](err)
		_, ofKey := errors.AsType[*PrivateKeyError](err)
		if err == nil || ofCertificate != test.ofCertificate || ofKey == test.ofCertificate || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %T %v, want something about %q", name, err, err, test.says)
		}
	}
}

// shelf is a store of keys.
type shelf struct {
	keys  map[string]SealedKey
	kept  int
	found int
	err   error
}

func (s *shelf) KeepDecryptionKey(_ context.Context, key SealedKey) error {
	s.kept++
	if s.err == nil {
		s.keys[key.ID] = key
	}
	return s.err
}

func (s *shelf) DecryptionKey(_ context.Context, id string) (SealedKey, bool, error) {
	s.found++
	key, ok := s.keys[id]
	return key, ok, s.err
}

// lock is a vault that only marks what it has sealed.
type lock string

func (l lock) KeyID() string { return string(l) }

func (l lock) Seal(purpose string, plain []byte) []byte { return append([]byte(purpose+"|"), plain...) }

func (l lock) Open(purpose, keyID string, sealed []byte) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), purpose+"|")
	if keyID != string(l) || !ok {
		return nil, errors.New("sealed by somebody else")
	}
	return []byte(plain), nil
}

func TestKeyringKeepsEarlierKeys(t *testing.T) {
	store := &shelf{keys: map[string]SealedKey{}}
	first, second := newKey(t), newKey(t)
	ring := NewKeyring(store)
	for _, key := range []*Key{first, second, second} {
		if err := ring.Keep(t.Context(), key, lock("vault")); err != nil {
			t.Fatal(err)
		}
	}
	if store.kept != 2 {
		t.Errorf("kept %d times, want once for each key: it is called every minute", store.kept)
	}
	if strings.Contains(string(store.keys[first.ID].Private), "BEGIN") || !strings.HasPrefix(string(store.keys[first.ID].Private), "decryption key "+first.ID+"|") {
		t.Error("the key was not sealed for its own purpose")
	}
	later := NewKeyring(store) // as after a restart, or on another node
	for _, key := range []*Key{first, second} {
		for range 2 {
			private, err := later.find(t.Context(), key.ID, lock("vault"))
			if err != nil || !private.Equal(key.private) {
				t.Errorf("key %s: %v", key.ID, err)
			}
		}
	}
	if store.found != 2 {
		t.Errorf("looked into the store %d times, want once for each key", store.found)
	}
}

func TestKeyringWithoutTheKey(t *testing.T) {
	store := &shelf{keys: map[string]SealedKey{}}
	key := newKey(t)
	if err := NewKeyring(store).Keep(t.Context(), key, lock("vault")); err != nil {
		t.Fatal(err)
	}
	moved := maps.Clone(store.keys)
	moved["other"] = moved[key.ID]
	for name, test := range map[string]struct {
		id    string
		vault lock
		keys  map[string]SealedKey
	}{
		"an unknown certificate":            {"unknown", "vault", store.keys},
		"the encryption key was changed":    {key.ID, "another vault", store.keys},
		"the row belongs to something else": {"other", "vault", moved},
	} {
		if _, err := NewKeyring(&shelf{keys: test.keys}).find(t.Context(), test.id, test.vault); !errors.Is(err, errNoKey) {
			t.Errorf("%s: %v, want errNoKey", name, err)
		}
	}
	store.err = errors.New("no database")
	if _, err := NewKeyring(store).find(t.Context(), key.ID, lock("vault")); err == nil || errors.Is(err, errNoKey) {
		t.Errorf("without a database: %v; that is no missing key", err)
	}
	store.err = nil
	if err := NewKeyring(store).Keep(t.Context(), key, lock("new vault")); err != nil || store.keys[key.ID].SealID != "new vault" {
		t.Errorf("the key in use is not sealed anew after a change of the encryption key: %v", err)
	}
}
