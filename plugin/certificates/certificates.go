// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package certificates

import (
	"context"
	"crypto/rsa"
	"crypto/sha1" // Entra's portal names certificates by their SHA-1 thumbprint
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// Store keeps them. Errors are about the database.
type Store interface {
	AddCertificate(ctx context.Context, c store.Certificate, thumbprint string) error
	Certificates(ctx context.Context) ([]store.Certificate, error)
	DeleteCertificate(ctx context.Context, by bridge.UserID, id string) (bool, error)
	AcceptCertificate(ctx context.Context, id string, keepOlder time.Duration) error
	Subscribe(channel string, f func(payload string, missed bool)) (cancel func())
}

// Vault seals private keys.
type Vault interface {
	KeyID() string
	Seal(purpose string, plain []byte) []byte
	Open(purpose, keyID string, sealed []byte) ([]byte, error)
}

// Config is what the room needs.
type Config struct {
	Store Store
	// Vault returns the vault of the encryption key in the settings, or a refusal when there is none.
	Vault func() (Vault, error)
	// Changed is called when there are other certificates than before. It may be slow.
	Changed func()
	Log     *slog.Logger
}

// keepOlder is how long the certificates before the newest one stay once Entra has taken that: until then some of Entra's
// machines may know only an older one.
const keepOlder = time.Hour

// Certificates is the room. It is safe for concurrent use.
type Certificates struct {
	config Config

	reading sync.Mutex // one reader at a time, so that what is held is never older than what was held
	mu      sync.Mutex
	held    []teams.Certificate // newest first
	told    []string            // the ids of those that were held when Changed was last considered
	settled string              // the id of one that Entra has taken and that is alone: nothing is left to record
	stopped bool
	cancel  func()
	work    sync.WaitGroup
}

// New returns the room; Start fills it.
func New(config Config) *Certificates { return &Certificates{config: config, cancel: func() {}} }

// Start reads the certificates and goes on to do so whenever a node changes them.
func (c *Certificates) Start(ctx context.Context) error {
	c.cancel = c.config.Store.Subscribe(store.CertificatesChannel, func(string, bool) {
		c.background(func(ctx context.Context) {
			if err := c.Read(ctx); err != nil {
				c.config.Log.Warn("could not read the certificates; those known so far stay in use", "error", err)
				return
			}
			if c.news() {
				c.config.Changed()
			}
		})
	})
	err := c.Read(ctx)
	c.news() // the caller knows these
	return err
}

// news tells whether other certificates are held than when it was last asked.
func (c *Certificates) news() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for _, held := range c.held {
		ids = append(ids, held.ID)
	}
	same := slices.Equal(ids, c.told)
	c.told = ids
	return !same
}

// readTimeout is shorter than the time that the server gives a plugin to stop.
const readTimeout = 5 * time.Second

// background runs do beside the caller, unless the room was stopped.
func (c *Certificates) background(do func(ctx context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		defer cancel()
		do(ctx)
	})
}

// Stop ends what Start began.
func (c *Certificates) Stop() {
	c.cancel()
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.work.Wait()
}

// Read takes the certificates from the store and opens their private keys with the encryption key as it is now.
func (c *Certificates) Read(ctx context.Context) error {
	c.reading.Lock()
	defer c.reading.Unlock()
	stored, err := c.config.Store.Certificates(ctx)
	if err != nil {
		return err
	}
	var held []teams.Certificate
	for _, s := range stored {
		key, err := c.open(s)
		if err != nil {
			c.config.Log.Warn("a certificate cannot be used", "id", s.ID, "error", err)
			continue
		}
		held = append(held, teams.Certificate{ID: s.ID, DER: s.DER, Key: key})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.settled = held, ""
	return nil
}

func (c *Certificates) open(s store.Certificate) (*rsa.PrivateKey, error) {
	vault, err := c.config.Vault()
	if err != nil {
		return nil, err
	}
	plain, err := vault.Open(Purpose(s.ID), s.SealedWith, s.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("its private key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, errors.New("its private key is damaged")
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("its private key is not RSA")
	}
	return rsaKey, nil
}

// Purpose binds a sealed key to its row.
func Purpose(id string) string { return "certificate " + id }

// Usable returns the certificates to log in with, newest first: those whose key can be read and whose time is not over.
func (c *Certificates) Usable() []teams.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	var usable []teams.Certificate
	for _, held := range c.held {
		if parsed, err := x509.ParseCertificate(held.DER); err == nil && time.Now().Before(parsed.NotAfter) {
			usable = append(usable, held)
		}
	}
	return usable
}

// Accepted is told that Entra took a certificate. It does not wait.
func (c *Certificates) Accepted(id string) {
	c.mu.Lock()
	settled := c.settled == id
	alone := len(c.held) == 1
	c.mu.Unlock()
	if settled {
		return
	}
	c.background(func(ctx context.Context) {
		if err := c.config.Store.AcceptCertificate(ctx, id, keepOlder); err != nil {
			c.config.Log.Warn("could not record that Microsoft took a certificate", "error", err)
			return
		}
		if alone {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.settled = id
		}
	})
}

// Certificate is one as the interface shows it.
type Certificate struct {
	ID         string     `json:"id"`
	PEM        string     `json:"certificate_pem"`
	Thumbprint string     `json:"thumbprint"` // SHA-1, upper-case hex, as Entra's portal shows it
	Subject    string     `json:"subject"`
	NotBefore  time.Time  `json:"not_before"`
	NotAfter   time.Time  `json:"not_after"`
	CreatedAt  time.Time  `json:"created_at"`
	AcceptedAt *time.Time `json:"accepted_at"` // when Entra first took it; null until then
	Usable     bool       `json:"usable"`      // its private key can be read with the encryption key in the settings
}

// List returns all of them, newest first.
func (c *Certificates) List(ctx context.Context) ([]Certificate, error) {
	stored, err := c.config.Store.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	list := []Certificate{}
	for _, s := range stored {
		shown, err := c.show(s)
		if err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	return list, nil
}

func (c *Certificates) show(s store.Certificate) (Certificate, error) {
	parsed, err := x509.ParseCertificate(s.DER)
	if err != nil {
		return Certificate{}, fmt.Errorf("the certificate %s is damaged: %w", s.ID, err)
	}
	_, openErr := c.open(s)
	return Certificate{
		ID: s.ID, PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.DER})), Thumbprint: thumbprint(s.DER),
		Subject: textOf(parsed.Subject), NotBefore: parsed.NotBefore.UTC(), NotAfter: parsed.NotAfter.UTC(),
		CreatedAt: s.CreatedAt.UTC(), AcceptedAt: s.AcceptedAt, Usable: openErr == nil,
	}, nil
}

func thumbprint(der []byte) string {
	sum := sha1.Sum(der) // a name, not a protection
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Create makes a key and a self-signed certificate for it.
func (c *Certificates) Create(ctx context.Context, by bridge.UserID, subject string, validFor time.Duration) (Certificate, error) {
	name, err := parseSubject(subject)
	if err != nil {
		return Certificate{}, refusal.New(refusal.BadRequest, "subject %v.", err)
	}
	if validFor < shortestValidity || validFor > longestValidity {
		return Certificate{}, refusal.New(refusal.BadRequest, "valid_for_seconds must be from %d to %d.", int(shortestValidity.Seconds()), int(longestValidity.Seconds()))
	}
	vault, err := c.config.Vault()
	if err != nil {
		return Certificate{}, err
	}
	der, key, err := selfSigned(name, validFor)
	if err != nil {
		return Certificate{}, err
	}
	made := store.Certificate{ID: uuid.NewString(), DER: der, SealedWith: vault.KeyID(), CreatedBy: by, CreatedAt: time.Now()}
	made.PrivateKey = vault.Seal(Purpose(made.ID), key)
	if err := c.config.Store.AddCertificate(ctx, made, thumbprint(der)); err != nil {
		return Certificate{}, err
	}
	if err := c.Read(ctx); err != nil { // here at once; the other nodes are told
		return Certificate{}, err
	}
	return c.show(made)
}

// Delete deletes a certificate and its private key.
func (c *Certificates) Delete(ctx context.Context, by bridge.UserID, id string) error {
	found, err := c.config.Store.DeleteCertificate(ctx, by, id)
	switch {
	case err != nil:
		return err
	case !found:
		return refusal.New(refusal.NotFound, "There is no such certificate.")
	}
	return c.Read(ctx)
}
