// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Subscription is a change-notification subscription as Graph keeps it (Graph docs, "subscription resource type").
type Subscription struct {
	ID                       string    `json:"id,omitempty"`
	ChangeType               string    `json:"changeType,omitempty"`
	Resource                 string    `json:"resource,omitempty"`
	NotificationURL          string    `json:"notificationUrl,omitempty"`
	LifecycleNotificationURL string    `json:"lifecycleNotificationUrl,omitempty"`
	ExpiresAt                time.Time `json:"expirationDateTime"`
	ClientState              string    `json:"clientState,omitempty"`
	IncludeResourceData      bool      `json:"includeResourceData,omitempty"`
	EncryptionCertificate    string    `json:"encryptionCertificate,omitempty"` // DER in Base64; Graph never shows it
	EncryptionCertificateID  string    `json:"encryptionCertificateId,omitempty"`
}

const (
	subscriptions = "/subscriptions"
	subscription  = "/subscriptions/{subscription-id}"
)

// Subscribe creates a subscription with exactly one POST. A 409 means that one exists for the same resource; see
// ExistingID.
func (c *Client) Subscribe(ctx context.Context, wanted Subscription) (Subscription, error) {
	var created Subscription
	err := c.do(ctx, request{method: "POST", route: subscriptions, body: wanted}, &created)
	return created, err
}

// Renew moves the expiry, which also reauthorises the subscription.
func (c *Client) Renew(ctx context.Context, id string, until time.Time) (Subscription, error) {
	var renewed Subscription
	err := c.do(ctx, request{method: "PATCH", route: subscription, path: []string{id}, body: map[string]any{"expirationDateTime": until.UTC()}, repeat: true}, &renewed)
	return renewed, err
}

// Move moves the expiry and has notifications sent to another address from now on, which Graph asks first. The address of
// lifecycle notifications stays: Graph's pages name no way to change it.
func (c *Client) Move(ctx context.Context, id string, until time.Time, notificationURL string) (Subscription, error) {
	var moved Subscription
	err := c.do(ctx, request{method: "PATCH", route: subscription, path: []string{id}, repeat: true, body: map[string]any{
		"expirationDateTime": until.UTC(), "notificationUrl": notificationURL,
	}}, &moved)
	return moved, err
}

// Recertify moves the expiry and has notifications encrypted for another certificate from now on. Graph's pages do not
// agree on whether this is possible: the answer names the certificate that is in use then.
func (c *Client) Recertify(ctx context.Context, id string, until time.Time, certificate, certificateID string) (Subscription, error) {
	var changed Subscription
	err := c.do(ctx, request{method: "PATCH", route: subscription, path: []string{id}, repeat: true, body: map[string]any{
		"expirationDateTime": until.UTC(), "encryptionCertificate": certificate, "encryptionCertificateId": certificateID,
	}}, &changed)
	return changed, err
}

// Unsubscribe deletes a subscription. One that does not exist is a Failure of class NotFound.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	return c.do(ctx, request{method: "DELETE", route: subscription, path: []string{id}, repeat: true}, nil)
}

// Subscriptions lists all subscriptions of the application. Their client state is always empty: Graph does not tell it.
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	return list[Subscription](ctx, c, request{method: "GET", route: subscriptions, repeat: true})
}

var guid = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// ExistingID returns the id of the subscription that a 409 of Subscribe names, or "". The code of that answer is not
// documented; the id in its text is what can be relied on.
func ExistingID(err error) string {
	f, ok := errors.AsType[*bridge.Failure](err)
	if !ok || f.Status != http.StatusConflict {
		return ""
	}
	return guid.FindString(f.Err.Error())
}
