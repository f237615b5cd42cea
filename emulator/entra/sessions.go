// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
)

// Lifetimes. Source: Entra docs, "OAuth 2.0 authorization code flow" and "Refresh tokens".
const (
	codeLife    = 10 * time.Minute
	ticketLife  = 10 * time.Minute
	refreshLife = 90 * 24 * time.Hour
)

// code is an authorization code that waits to be redeemed.
type code struct {
	appID, userID   string
	redirectURI     string
	scope           string
	nonce           string
	challenge       string // PKCE; "" when the client sent none
	challengeMethod string // S256 or plain
	expires         time.Time
	redeemed        bool
}

// refresh is a refresh token. It belongs to a user and an application, not to an API.
type refresh struct {
	appID, userID string
	scope         string // of the sign-in; used when a refresh names no scope
	issued        time.Time
	expires       time.Time
	revoked       bool
}

// ticket remembers between the log-in page and the consent page who has signed in.
type ticket struct {
	appID, userID string
	expires       time.Time
}

// sessions holds what the server has handed out. Secrets are kept as SHA-256 only.
type sessions struct {
	clock *clock.Clock

	mu      sync.Mutex
	serial  uint64
	codes   map[[32]byte]*code
	refresh map[[32]byte]*refresh
	tickets map[[32]byte]ticket
	cutoff  map[Revocation]uint64 // revoked access tokens: serials up to this
}

func newSessions(c *clock.Clock) *sessions {
	return &sessions{clock: c, codes: map[[32]byte]*code{}, refresh: map[[32]byte]*refresh{}, tickets: map[[32]byte]ticket{}, cutoff: map[Revocation]uint64{}}
}

func newSecret(prefix string) (text string, key [32]byte) {
	raw := make([]byte, 48)
	_, _ = rand.Read(raw) // never fails
	text = prefix + base64.RawURLEncoding.EncodeToString(raw)
	return text, sha256.Sum256([]byte(text))
}

func (s *sessions) nextSerial() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return s.serial
}

func (s *sessions) addCode(c code) string {
	text, key := newSecret("1.")
	s.mu.Lock()
	defer s.mu.Unlock()
	c.expires = s.clock.Now().Add(codeLife)
	s.codes[key] = &c
	return text
}

func (s *sessions) findCode(text string) (code, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[sha256.Sum256([]byte(text))]
	if c == nil {
		return code{}, false
	}
	return *c, true
}

// redeem marks a code used and says whether it was unused. A refused request does not use a code up.
func (s *sessions) redeem(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[sha256.Sum256([]byte(text))]
	if c == nil || c.redeemed {
		return false
	}
	c.redeemed = true
	return true
}

func (s *sessions) addRefresh(appID, userID, scope string) string {
	text, key := newSecret("1.A")
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.refresh[key] = &refresh{appID: appID, userID: userID, scope: scope, issued: now, expires: now.Add(refreshLife)}
	return text
}

func (s *sessions) findRefresh(text string) (refresh, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refresh[sha256.Sum256([]byte(text))]
	if r == nil {
		return refresh{}, false
	}
	return *r, true
}

func (s *sessions) addTicket(appID, userID string) string {
	text, key := newSecret("")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[key] = ticket{appID: appID, userID: userID, expires: s.clock.Now().Add(ticketLife)}
	return text
}

// takeTicket returns who signed in and forgets the ticket: it is good for one answer.
func (s *sessions) takeTicket(text string) (ticket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(text))
	t, ok := s.tickets[key]
	delete(s.tickets, key)
	return t, ok && s.clock.Now().Before(t.expires)
}

func (s *sessions) isRevoked(appID, userID string, serial uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := Revocation{AppID: appID, UserID: userID}.lower()
	return serial <= s.cutoff[Revocation{AppID: token.AppID}] || userID != "" && (serial <= s.cutoff[Revocation{UserID: token.UserID}] || serial <= s.cutoff[token])
}

// Reset forgets every code, refresh token and revocation, and the policies. Access tokens that are out stay valid until they expire.
func (s *Server) Reset() {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	clear(s.sessions.codes)
	clear(s.sessions.refresh)
	clear(s.sessions.tickets)
	clear(s.sessions.cutoff)
	s.policy.set(false, nil)
	s.SetAccessTokenLife(0)
}

// Revocation says which tokens to revoke: those of an application, of a user, or of a user in an application.
type Revocation struct {
	AppID  string `json:"appId"`
	UserID string `json:"userId"` // object id
}

// RevokeRefreshTokens makes refresh tokens unusable and returns how many it hit.
func (s *Server) RevokeRefreshTokens(what Revocation) int {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	n := 0
	for _, r := range s.sessions.refresh {
		if r.revoked || what.AppID != "" && !strings.EqualFold(r.appID, what.AppID) || what.UserID != "" && !strings.EqualFold(r.userID, what.UserID) {
			continue
		}
		r.revoked = true
		n++
	}
	return n
}

// RevokeAccessTokens makes Graph refuse every access token issued so far to an application, to a user, or (both ids
// given) to the user in that application.
func (s *Server) RevokeAccessTokens(what Revocation) {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	if what != (Revocation{}) {
		s.sessions.cutoff[what.lower()] = s.sessions.serial
	}
}

func (r Revocation) lower() Revocation {
	return Revocation{AppID: strings.ToLower(r.AppID), UserID: strings.ToLower(r.UserID)}
}
