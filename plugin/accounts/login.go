// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// LoginValid is how long a log-in may take.
const LoginValid = 10 * time.Minute

// Visitor is a browser whose user is logged in to Mattermost.
type Visitor struct {
	User    bridge.UserID
	Session string
	Cookie  string // what an earlier Begin gave; empty for none
}

// Answer is what Microsoft's log-in page sends back to the redirect URI.
type Answer struct {
	State       string
	Code        string
	Error       string // e.g. access_denied
	Description string
}

// Completed says what a log-in connected.
type Completed struct {
	Own         bool // the visitor began it, here, for themselves: their web app may wait for its end
	Bot         bool
	DisplayName string
}

// Begin starts a log-in. It returns the address at Microsoft and the value of the cookie that binds the log-in to the
// browser. Who is connected already gets a fresh connection.
func (a *Accounts) Begin(ctx context.Context, who Visitor, bot bool) (address, cookie string, err error) {
	current, err := a.Current()
	if err != nil {
		return "", "", err
	}
	if who.Session == "" {
		return "", "", refusal.New(refusal.Forbidden, "Open this address in a browser in which you are logged in to Mattermost.")
	}
	var hint string
	if !bot {
		user, err := a.Mattermost.User(ctx, who.User)
		if err != nil {
			return "", "", err
		}
		if err := a.mayConnect(ctx, current, user); err != nil {
			return "", "", err
		}
		if hint, err = a.wantedAddress(ctx, user); err != nil {
			return "", "", err
		}
	}
	// rand.Text has 130 bits; a verifier must have 43 to 128 characters (RFC 7636, section 4.1).
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	// Two log-ins of one browser share its cookie, so that the second does not spoil the first.
	if cookie = who.Cookie; len(cookie) != len(state) {
		cookie = rand.Text()
	}
	err = a.Store.BeginOAuth(ctx, store.OAuthState{
		StateHash: hash(state), User: who.User, SessionHash: hash(who.Session), CookieHash: hash(cookie), Bot: bot,
		Verifier: current.Vault.Seal("verifier", []byte(verifier)), VerifierKey: current.Vault.KeyID(),
	}, LoginValid)
	if err != nil {
		return "", "", err
	}
	return current.Login.LoginAddress(redirectURI(current), state, verifier, hint), cookie, nil
}

func redirectURI(current Current) string {
	return catalog.PluginURL(current.Settings.SiteURL, catalog.RouteRedirect)
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Complete ends a log-in with what Microsoft sent back, and connects the account. Own is also told when it fails.
func (a *Accounts) Complete(ctx context.Context, who Visitor, answer Answer) (Completed, error) {
	current, err := a.Current()
	if err != nil {
		return Completed{}, err
	}
	begun, found, err := a.Store.TakeOAuth(ctx, hash(answer.State))
	if err != nil {
		return Completed{}, err
	}
	if !found {
		return Completed{}, refusal.New(refusal.BadRequest, "This log-in is unknown, was used already, or took longer than ten minutes. Begin again where you began.")
	}
	if begun.User != who.User || !same(begun.SessionHash, who.Session) || !same(begun.CookieHash, who.Cookie) {
		return Completed{}, refusal.New(refusal.Forbidden, "This log-in was begun by another user, in another session or in another browser. Begin again in this browser.")
	}
	own := Completed{Own: !begun.Bot}
	if answer.Error != "" {
		description, _, _ := strings.Cut(answer.Description, "\r\n")
		return own, refusal.New(refusal.Forbidden, "Microsoft did not allow the log-in (%s). %s", answer.Error, description)
	}
	verifier, err := current.Vault.Open("verifier", begun.VerifierKey, begun.Verifier)
	if err != nil {
		return own, refusal.New(refusal.BadRequest, "The plugin's encryption key was changed meanwhile. Begin again where you began.")
	}
	token, err := current.Login.Exchange(ctx, redirectURI(current), answer.Code, string(verifier))
	if err != nil {
		return own, asRefusal(err)
	}
	person, err := current.Login.Me(ctx, token.AccessToken)
	if err != nil {
		return own, err
	}
	if !begun.Bot {
		if err := a.checkOwner(ctx, current, who.User, person); err != nil {
			return own, err
		}
	}
	if err := a.keep(ctx, current, begun, person, token); err != nil {
		return own, err
	}
	own.Bot, own.DisplayName = begun.Bot, person.DisplayName
	return own, nil
}

// ConnectFailed tells the user's web app why the log-in that it waits for connected nothing; the message is for people.
func (a *Accounts) ConnectFailed(user bridge.UserID, message string) {
	a.Mattermost.Publish("user_connect_failed", user, map[string]any{"message": message})
}

// same compares in constant time, as one does with secrets.
func same(hashed []byte, secret string) bool {
	return subtle.ConstantTimeCompare(hashed, hash(secret)) == 1
}

// asRefusal shows Microsoft's own words for what a person can mend.
func asRefusal(err error) error {
	if f, ok := errors.AsType[*bridge.Failure](err); ok && bridge.NeedsAction(err) {
		return refusal.New(refusal.Forbidden, "Microsoft did not complete the log-in: %v.", f.Err)
	}
	return err
}

// checkOwner wants the Teams account to be the user's: the one that a system admin approved for them, else the one with
// their e-mail address.
func (a *Accounts) checkOwner(ctx context.Context, current Current, id bridge.UserID, person teams.Person) error {
	user, err := a.Mattermost.User(ctx, id)
	if err != nil {
		return err
	}
	if err := a.mayConnect(ctx, current, user); err != nil {
		return err
	}
	approved, err := a.checkMapping(ctx, id, person)
	if err != nil || approved {
		return err
	}
	if user.Email != "" && (strings.EqualFold(user.Email, person.Mail) || strings.EqualFold(user.Email, person.UPN)) {
		return nil
	}
	return refusal.New(refusal.Forbidden, "The Microsoft Teams account %s does not have the e-mail address of your Mattermost account, %s. Log in at Microsoft with the account that has it, have one of the two addresses changed, or ask a system admin to approve the pair.", emailOf(person), user.Email)
}

func emailOf(person teams.Person) string {
	if person.Mail != "" {
		return person.Mail
	}
	return person.UPN
}

func (a *Accounts) keep(ctx context.Context, current Current, begun store.OAuthState, person teams.Person, token *oauth2.Token) error {
	if token.RefreshToken == "" {
		return refusal.New(refusal.Forbidden, "Microsoft gave no lasting access: the app registration lacks the delegated permission offline_access.")
	}
	id := bridge.AccountID(uuid.NewString())
	sealed, err := seal(current.Vault, id, fromOAuth(token))
	if err != nil {
		return err
	}
	err = a.Store.ConnectAccount(ctx, store.Account{
		ID: id, Bot: begun.Bot, User: begun.User, TeamsUser: person.ID, DisplayName: person.DisplayName, Email: emailOf(person), UPN: person.UPN,
		Token: sealed, TokenKey: current.Vault.KeyID(), ClientID: current.Settings.ClientID,
	}, current.Settings.ConnectedUsersAllowed)
	if taken, ok := errors.AsType[*store.AccountTaken](err); ok {
		return refusal.New(refusal.Conflict, "The Microsoft Teams account %s cannot be connected: %s.", emailOf(person), a.heldBy(ctx, taken.Holder))
	}
	if full, ok := errors.AsType[*store.TooManyAccounts](err); ok {
		return noRoom(full)
	}
	if err != nil {
		return err
	}
	a.Log.Info("connected a Microsoft Teams account", "user", begun.User, "bot", begun.Bot, "teams_user", person.ID)
	a.works(context.WithoutCancel(ctx), begun.User, begun.Bot)
	return nil
}

// works tells those who wait for it that an account can be used.
func (a *Accounts) works(ctx context.Context, user bridge.UserID, bot bool) {
	if bot {
		user = ""
	} else {
		a.Mattermost.Publish("user_connected", user, nil)
	}
	if a.Connected != nil {
		a.Connected(ctx, user)
	}
}
