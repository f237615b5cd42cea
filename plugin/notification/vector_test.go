// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/pkcs12"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const tenantID, clientID = "11111111-1111-4111-8111-111111111111", "66666666-6666-4666-8666-666666666666"

// everything is the store, the vault and the authority of a reader that knows the vector's key.
type everything struct {
	private []byte // PKCS #8
	signer  *rsa.PrivateKey
}

func (e everything) KeepDecryptionKey(context.Context, notification.SealedKey) error { return nil }

func (e everything) DecryptionKey(_ context.Context, id string) (notification.SealedKey, bool, error) {
	return notification.SealedKey{ID: id, Private: e.private}, id == "custom-id-for-testing", nil
}

func (everything) KeyID() string { return "" }

func (everything) Seal(_ string, plain []byte) []byte { return plain }

func (everything) Open(_, _ string, sealed []byte) ([]byte, error) { return sealed, nil }

func (e everything) SigningKeys(context.Context) (notification.SigningKeys, error) {
	return notification.SigningKeys{Issuers: []string{"https://login.example/" + tenantID + "/v2.0"}, Keys: map[string]*rsa.PublicKey{"k": &e.signer.PublicKey}}, nil
}

// TestTheVectorBecomesAMessage takes the published notification all the way to what the bridge works with.
func TestTheVectorBecomesAMessage(t *testing.T) {
	raw, err := os.ReadFile("testdata/decrypt-vector.json")
	if err != nil {
		t.Fatal(err)
	}
	var vector struct {
		PKCS12   string `json:"pkcs12_base64"`
		Password string
		notification.Content
	}
	if err := json.Unmarshal(raw, &vector); err != nil {
		t.Fatal(err)
	}
	file, err := base64.StdEncoding.DecodeString(vector.PKCS12)
	if err != nil {
		t.Fatal(err)
	}
	private, _, err := pkcs12.Decode(file, vector.Password)
	if err != nil {
		t.Fatal(err)
	}
	var all everything
	if all.private, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
		t.Fatal(err)
	}
	if all.signer, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"aud": clientID, "iss": "https://login.example/" + tenantID + "/v2.0", "ver": "2.0", "azp": notification.Publisher, "tid": tenantID,
		"nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	token.Header["kid"] = "k"
	signed, err := token.SignedString(all.signer)
	if err != nil {
		t.Fatal(err)
	}
	reader := notification.NewReader(notification.Config{
		Keys: notification.NewKeyring(all), Parse: teams.ReadMessage,
		Tokens: func(context.Context, string) ([]string, error) { return []string{signed}, nil },
		Current: func() (notification.Current, error) {
			return notification.Current{Vault: all, Verifier: notification.NewVerifier(all, clientID)}, nil
		},
	})
	sealed, err := json.Marshal(vector.Content)
	if err != nil {
		t.Fatal(err)
	}
	event := bridge.InboundEvent{
		Event: bridge.Event{Kind: bridge.Create, ReceivedAt: now},
		Ref: bridge.MessageRef{
			Conversation: bridge.Conversation{Team: "fbe2bf47-16c8-47cf-b4a5-4b9b187c508b", ID: "19:etTE40ziboDEfQ1v0B96_nCVjGUsZ77LQa5KRb0cukQ1@thread.tacv2"},
			Root:         "1625067617497", ID: "1625126194597",
		},
		Notice: bridge.Notice{Sealed: sealed, Tenant: tenantID, Proof: "proof"},
	}
	message, ok, err := reader.Read(t.Context(), event)
	if err != nil || !ok {
		t.Fatalf("read %v, %v: %s", ok, err, reader.State().LastProblem)
	}
	if message.Ref != event.Ref || message.HTML != "Hello World" || !message.Text || message.System || message.From.User == "" ||
		!message.CreatedAt.Equal(time.Date(2021, 7, 1, 7, 56, 34, 597e6, time.UTC)) || !message.DeletedAt.IsZero() {
		t.Errorf("message %+v", message)
	}
}
