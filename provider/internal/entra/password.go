// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// Password is a client secret of an app registration.
type Password struct {
	KeyID       string // GUID; what the portal calls the secret id
	DisplayName string // the description
	Hint        string // the first three characters
	SecretText  string // only in the answer to AddPassword
	Start, End  time.Time
}

// String leaves the secret out, so that printing a Password is harmless.
func (p Password) String() string { return fmt.Sprintf("client secret %s (%s…)", p.KeyID, p.Hint) }

// GoString is String.
func (p Password) GoString() string { return p.String() }

// AddPassword makes Entra generate a client secret. When an answer is lost, the secret that nobody knows is removed and
// another one is made. existing are the registration's secrets as they were before.
func (c *Client) AddPassword(ctx context.Context, id ClientID, displayName string, end time.Time) (added Password, existing []Password, err error) {
	object, existing, err := c.passwords(ctx, id, c.policy.Retry)
	if err != nil {
		return Password{}, nil, err
	}
	end = end.UTC().Truncate(time.Second)
	credential := models.NewPasswordCredential()
	credential.SetDisplayName(&displayName)
	credential.SetEndDateTime(&end)
	body := applications.NewItemAddPasswordPostRequestBody()
	body.SetPasswordCredential(credential)
	err = c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		created, err := call(ctx, "POST /applications/{app-object-id}/addPassword", func(ctx context.Context) (models.PasswordCredentialable, error) {
			return c.application(object).AddPassword().Post(ctx, body, nil)
		})
		if IsUnknownOutcome(err) {
			if cleanErr := c.removeLost(ctx, id, existing, displayName, end); cleanErr != nil {
				return cleanErr
			}
			return err
		}
		if err == nil {
			added = readPassword(created)
		}
		return err
	})
	return added, existing, err
}

// removeLost removes secrets that look like the one whose answer was lost.
func (c *Client) removeLost(ctx context.Context, id ClientID, existing []Password, displayName string, end time.Time) error {
	_, now, err := c.passwords(ctx, id, c.policy.Retry)
	if err != nil {
		return err
	}
	for _, p := range now {
		known := slices.ContainsFunc(existing, func(e Password) bool { return e.KeyID == p.KeyID })
		if !known && p.DisplayName == displayName && p.End.Truncate(time.Second).Equal(end) {
			if err := c.RemovePassword(ctx, id, p.KeyID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Passwords lists the client secrets of a registration, without their texts.
func (c *Client) Passwords(ctx context.Context, id ClientID) ([]Password, error) {
	once := func(ctx context.Context, _ func(error) bool, op func(context.Context) error) error { return op(ctx) }
	_, list, err := c.passwords(ctx, id, once)
	return list, err
}

func (c *Client) passwords(ctx context.Context, id ClientID,
	run func(context.Context, func(error) bool, func(context.Context) error) error,
) (object ObjectID, list []Password, err error) {
	err = run(ctx, isLag, func(ctx context.Context) error {
		app, err := c.applicationWith(ctx, id, []string{"id", "appId", "passwordCredentials"})
		if err != nil {
			return err
		}
		object, list = ObjectID(text(app.GetId())), nil
		for _, p := range app.GetPasswordCredentials() {
			list = append(list, readPassword(p))
		}
		return nil
	})
	return object, list, err
}

// RemovePassword removes a client secret. A missing one is no error.
func (c *Client) RemovePassword(ctx context.Context, id ClientID, keyID string) error {
	key, err := uuid.Parse(keyID)
	if err != nil {
		return fmt.Errorf("the key id %q of the client secret is not a GUID: %w", keyID, err)
	}
	object, err := c.objectID(ctx, id)
	if err != nil {
		return err
	}
	body := applications.NewItemRemovePasswordPostRequestBody()
	body.SetKeyId(&key)
	err = c.policy.Retry(ctx, IsUnknownOutcome, func(ctx context.Context) error {
		return send(ctx, "POST /applications/{app-object-id}/removePassword", func(ctx context.Context) error {
			return c.application(object).RemovePassword().Post(ctx, body, nil)
		})
	})
	if !IsNotFound(err) && !hasStatus(err, http.StatusBadRequest) {
		return err
	}
	// Graph has no code for "there is no such key": ask whether it is there.
	left, lookErr := c.Passwords(ctx, id)
	if IsNotFound(lookErr) {
		return nil
	}
	if lookErr != nil {
		return lookErr
	}
	if slices.ContainsFunc(left, func(p Password) bool { return strings.EqualFold(p.KeyID, keyID) }) {
		return err
	}
	return nil
}

// VerifySecret logs in as the application with the secret. A secret that was made a moment ago may be unknown for a while.
func (c *Client) VerifySecret(ctx context.Context, id ClientID, secret string) error {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {string(id)}, "client_secret": {secret}, "scope": {c.scope},
	}.Encode()
	return c.policy.Retry(ctx, isSecretUnknown, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.tokenURL, strings.NewReader(form))
		if err != nil {
			return fmt.Errorf("building the token request: %w", err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := c.login.Do(request)
		if err != nil {
			return &LoginError{Message: "no answer from " + request.URL.Host, cause: err}
		}
		defer response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		return readLoginError(response)
	})
}

func readPassword(m models.PasswordCredentialable) Password {
	p := Password{DisplayName: text(m.GetDisplayName()), Hint: text(m.GetHint()), SecretText: text(m.GetSecretText())}
	if id := m.GetKeyId(); id != nil {
		p.KeyID = id.String()
	}
	if start := m.GetStartDateTime(); start != nil {
		p.Start = *start
	}
	if end := m.GetEndDateTime(); end != nil {
		p.End = *end
	}
	return p
}
