// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// scopes are the delegated side's: what was consented to, and a refresh token.
func (c *Client) scopes() []string {
	return []string{c.config.GraphURL + "/.default", "offline_access"}
}

// LoginAddress returns where a person logs in. The verifier is PKCE's (RFC 7636), sent as its S256 challenge.
func (c *Client) LoginAddress(redirectURI, state, verifier, hint string) string {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "select_account")}
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	login := &oauth2.Config{
		ClientID: c.config.ClientID, RedirectURL: redirectURI, Scopes: c.scopes(), Endpoint: oauth2.Endpoint{AuthURL: c.endpoint("authorize")},
	}
	return login.AuthCodeURL(state, options...)
}

// Exchange turns the code of a log-in into tokens.
func (c *Client) Exchange(ctx context.Context, redirectURI, code, verifier string) (*oauth2.Token, error) {
	token, err := c.requestToken(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier},
	})
	if err != nil {
		return nil, TokenFailure("redeem the log-in", err)
	}
	return token, nil
}

// PasswordGrant logs a person in without a browser, with the resource owner password credentials grant of RFC 6749,
// section 4.3. Entra refuses it where more than a password is asked for.
func (c *Client) PasswordGrant(ctx context.Context, username, password string) (*oauth2.Token, error) {
	token, err := c.requestToken(ctx, url.Values{
		"grant_type": {"password"}, "username": {username}, "password": {password}, "scope": {strings.Join(c.scopes(), " ")},
	})
	if err != nil {
		return nil, TokenFailure("log in as "+username, err)
	}
	return token, nil
}

// Refresh returns new tokens for a refresh token.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (*oauth2.Token, error) {
	token, err := c.requestToken(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}})
	if err != nil {
		return nil, TokenFailure("refresh the token", err)
	}
	if token.RefreshToken == "" { // the old one goes on
		token.RefreshToken = refreshToken
	}
	return token, nil
}

// Person is a Teams user.
type Person struct {
	ID          bridge.TeamsUserID `json:"id"`
	DisplayName string             `json:"displayName"`
	Mail        string             `json:"mail"`
	UPN         string             `json:"userPrincipalName"`
}

const personFields = "$select=id,displayName,mail,userPrincipalName"

// User reads a user by object id or user principal name, as the application.
func (c *Client) User(ctx context.Context, idOrUPN string) (Person, error) {
	var p Person
	err := c.do(ctx, request{method: "GET", route: "/users/{user-id}", path: []string{idOrUPN}, query: personFields, repeat: true}, &p)
	return p, err
}

// Me returns whose access token it is.
func (c *Client) Me(ctx context.Context, accessToken string) (Person, error) {
	var p Person
	err := c.do(ctx, request{method: "GET", route: "/me", query: personFields, token: accessToken, repeat: true}, &p)
	return p, err
}
