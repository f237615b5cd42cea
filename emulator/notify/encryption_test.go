// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// subscriber is somebody who has resource data encrypted.
type subscriber struct {
	key         *rsa.PrivateKey
	certificate string // Base64
	thumbprint  string
}

func newSubscriber(t *testing.T) subscriber {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der := selfSigned(t, &key.PublicKey, key)
	sum := sha1.Sum(der)
	return subscriber{key, base64.StdEncoding.EncodeToString(der), strings.ToUpper(hex.EncodeToString(sum[:]))}
}

func selfSigned(t *testing.T, public, private any) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "subscriber"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// read does what a subscriber has to do (Graph docs, "Decrypting resource data from change notifications").
func (s subscriber) read(c *content) (map[string]any, error) {
	var raw [3][]byte
	for i, text := range []string{c.Data, c.DataSignature, c.DataKey} {
		var err error
		if raw[i], err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, err
		}
	}
	key, err := rsa.DecryptOAEP(sha1.New(), nil, s.key, raw[2], nil)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(raw[0])
	if !hmac.Equal(mac.Sum(nil), raw[1]) {
		return nil, errors.New("the signature is wrong")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(raw[0], raw[0])
	padding := int(raw[0][len(raw[0])-1])
	if padding < 1 || padding > 16 || !bytes.HasSuffix(raw[0], bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, fmt.Errorf("the padding ends in %d", padding)
	}
	var document map[string]any
	return document, json.Unmarshal(raw[0][:len(raw[0])-padding], &document)
}

func (s subscriber) asks(id string) func(*notify.Request) {
	return func(r *notify.Request) {
		r.IncludeResourceData, r.EncryptionCertificate, r.EncryptionCertificateID = ptr(true), &s.certificate, &id
	}
}

func said(id teams.MessageID, text string) teams.Change {
	m := &teams.Message{ID: id, ETag: string(id), Type: "message", Body: teams.HTML(text), ChannelIdentity: &teams.ChannelIdentity{TeamID: bridge.Team, ChannelID: bridge.Channel}}
	return teams.Change{Type: teams.Created, Ref: m.Ref(), Message: m}
}

func tokensFor(appID string, version int) (string, error) {
	return fmt.Sprintf("token %d of %s", version, appID), nil
}

func TestResourceDataIsForTheSubscriberAlone(t *testing.T) {
	b := newBench(t, func(c *notify.Config) { c.Token = tokensFor })
	alice, mallory := newSubscriber(t), newSubscriber(t)
	b.subscribe(t, alice.asks("mine"))
	b.Changed(said("100", "<p>hello</p>"))
	b.settled(t)
	items := b.got()
	if len(items) != 1 || items[0].EncryptedContent == nil {
		t.Fatalf("items %+v", items)
	}
	c := items[0].EncryptedContent
	if c.CertificateID != "mine" || c.Thumbprint != alice.thumbprint {
		t.Errorf("encrypted for %q, %q; want mine, %q", c.CertificateID, c.Thumbprint, alice.thumbprint)
	}
	document, err := alice.read(c)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := document["body"].(map[string]any)
	if document["id"] != "100" || body["content"] != "<p>hello</p>" ||
		document["@odata.context"] != "https://graph.microsoft.com/$metadata#teams('t1')/channels('19:c1@thread.tacv2')/messages/$entity" {
		t.Errorf("document %v", document)
	}
	if _, err := mallory.read(c); err == nil {
		t.Error("somebody else can read it")
	}
}

func TestEachItemHasAKeyOfItsOwn(t *testing.T) {
	b := newBench(t, nil)
	b.subscribe(t, newSubscriber(t).asks("mine"))
	b.Changed(said("100", "same"))
	b.Changed(said("100", "same"))
	b.settled(t)
	items := b.got()
	if len(items) != 2 || items[0].EncryptedContent.Data == items[1].EncryptedContent.Data {
		t.Errorf("two notifications of one message hold the same ciphertext: %+v", items)
	}
}

func TestWithoutResourceDataNothingIsAdded(t *testing.T) {
	b := newBench(t, func(c *notify.Config) { c.Token = tokensFor })
	b.subscribe(t, nil)
	b.Changed(said("100", "hello"))
	b.settled(t)
	if items, tokens := b.got(), b.validation(); items[0].EncryptedContent != nil || string(tokens[0]) != "" {
		t.Errorf("content %+v, validationTokens %s", items[0].EncryptedContent, tokens[0])
	}
}

func TestValidationTokensOfBothVersions(t *testing.T) {
	for name, c := range map[string]struct {
		version  int
		withheld bool
		want     []string
	}{
		"in turn":   {0, false, []string{`["token 1 of app-1"]`, `["token 2 of app-1"]`}},
		"version 1": {1, false, []string{`["token 1 of app-1"]`, `["token 1 of app-1"]`}},
		"version 2": {2, false, []string{`["token 2 of app-1"]`, `["token 2 of app-1"]`}},
		"withheld":  {0, true, []string{`null`, `null`}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(config *notify.Config) {
				config.Token, config.Withheld = tokensFor, func(string) bool { return c.withheld }
				config.Settings.TokenVersion = c.version
			})
			b.subscribe(t, newSubscriber(t).asks("mine"))
			for _, id := range []teams.MessageID{"100", "200"} {
				b.Changed(said(id, "hello"))
				b.settled(t)
			}
			var got []string
			for _, raw := range b.validation() {
				got = append(got, string(raw))
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("validationTokens %q, want %q", got, c.want)
			}
		})
	}
}

func TestCertificateIsChecked(t *testing.T) {
	good := newSubscriber(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.StdEncoding.EncodeToString
	b := newBench(t, nil)
	for name, c := range map[string]struct{ certificate, id string }{
		"no certificate":        {"", "mine"},
		"no id":                 {good.certificate, ""},
		"a long id":             {good.certificate, strings.Repeat("x", 129)},
		"no Base64":             {"-----BEGIN CERTIFICATE-----", "mine"},
		"no certificate inside": {encode([]byte("hello")), "mine"},
		"a short key":           {encode(selfSigned(t, &small.PublicKey, small)), "mine"},
		"no RSA key":            {encode(selfSigned(t, &curve.PublicKey, curve)), "mine"},
	} {
		request := b.request(time.Hour)
		request.IncludeResourceData, request.EncryptionCertificate, request.EncryptionCertificateID = ptr(true), &c.certificate, &c.id
		if _, err := b.Create(t.Context(), app, request); err == nil {
			t.Errorf("%s: taken", name)
		} else {
			wantError(t, err, http.StatusBadRequest, "InvalidRequest")
		}
	}
	sub := b.subscribe(t, good.asks(strings.Repeat("x", 128)))
	if sub.EncryptionCertificateID == nil || sub.EncryptionCertificate != nil {
		t.Errorf("the answer shows certificate %v with id %v, want the id alone", sub.EncryptionCertificate, sub.EncryptionCertificateID)
	}
}

func TestAnotherCertificateFromNowOn(t *testing.T) {
	b := newBench(t, nil)
	first, second := newSubscriber(t), newSubscriber(t)
	sub := b.subscribe(t, first.asks("first"))
	change := notify.Renewal{ExpiresAt: &sub.ExpiresAt, EncryptionCertificate: &second.certificate, EncryptionCertificateID: ptr("second")}
	b.Changed(said("100", "before"))
	renewed, err := b.Renew(t.Context(), app, sub.ID, change)
	if err != nil {
		t.Fatal(err)
	}
	if got := renewed.EncryptionCertificateID; got == nil || *got != "second" {
		t.Errorf("the answer names certificate %v", got)
	}
	b.Changed(said("200", "after"))
	b.settled(t)
	for _, it := range b.got() {
		reader := map[string]subscriber{"100": first, "200": second}[it.ResourceData.ID]
		if _, err := reader.read(it.EncryptedContent); err != nil {
			t.Errorf("message %s, encrypted for %s: %v", it.ResourceData.ID, it.EncryptedContent.CertificateID, err)
		}
	}

	b.SetSettings(notify.Settings{CertificateFixed: true})
	change.EncryptionCertificate, change.EncryptionCertificateID = &first.certificate, ptr("first")
	if renewed, err = b.Renew(t.Context(), app, sub.ID, change); err != nil || *renewed.EncryptionCertificateID != "second" {
		t.Errorf("a fixed certificate was changed to %v, %v", *renewed.EncryptionCertificateID, err)
	}
}

func TestAPlainSubscriptionTakesNoCertificate(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	good := newSubscriber(t)
	_, err := b.Renew(t.Context(), app, sub.ID, notify.Renewal{ExpiresAt: &sub.ExpiresAt, EncryptionCertificate: &good.certificate, EncryptionCertificateID: ptr("mine")})
	wantError(t, err, http.StatusBadRequest, "InvalidRequest")
}
