// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// The limits of one delivery. Graph's own requests end at 4 MB.
const (
	maxBody  = 4 << 20
	maxItems = 5000
	// One validation token comes for each application and tenant in a delivery, and ours is one of each.
	maxTokens     = 100
	maxTokenBytes = 16 << 10
)

// collection is a changeNotificationCollection (Graph docs). Unknown members are ignored.
type collection struct {
	Value            []item   `json:"value"`
	ValidationTokens []string `json:"validationTokens"` // beside encrypted messages; null when Microsoft may not make them
}

// item is one change notification, or a lifecycle notification when LifecycleEvent is set.
type item struct {
	SubscriptionID string        `json:"subscriptionId"`
	ExpiresAt      timestamp     `json:"subscriptionExpirationDateTime"`
	TenantID       string        `json:"tenantId"`
	ClientState    string        `json:"clientState"`
	ChangeType     string        `json:"changeType"`
	LifecycleEvent string        `json:"lifecycleEvent"`
	Resource       string        `json:"resource"`
	ResourceData   *resourceData `json:"resourceData"`
	// EncryptedContent is the message; whoever works on the lane decrypts it.
	EncryptedContent notification.Content `json:"encryptedContent"`
}

type resourceData struct {
	ODataID string `json:"@odata.id"`
	ID      string `json:"id"`
}

// timestamp is a time that may be written in an unexpected way: that is no reason to refuse the whole delivery.
type timestamp struct{ time.Time }

// UnmarshalJSON reads RFC 3339 with any offset, and anything else as no time.
func (t *timestamp) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.Time, _ = time.Parse(time.RFC3339, text)
	}
	return nil
}

func decode(body io.Reader) (collection, error) {
	var c collection
	if err := json.NewDecoder(body).Decode(&c); err != nil && !oddContent(err) {
		return collection{}, fmt.Errorf("the body is no collection of notifications: %w", err)
	}
	if len(c.Value) > maxItems {
		return collection{}, fmt.Errorf("the body has %d notifications; %d are accepted at once", len(c.Value), maxItems)
	}
	if len(c.ValidationTokens) > maxTokens {
		return collection{}, fmt.Errorf("the body has %d validation tokens; %d are accepted at once", len(c.ValidationTokens), maxTokens)
	}
	if slices.ContainsFunc(c.ValidationTokens, func(token string) bool { return len(token) > maxTokenBytes || strings.ContainsRune(token, 0) }) {
		return collection{}, fmt.Errorf("the body has a validation token that is none; %d bytes are accepted", maxTokenBytes)
	}
	return c, nil
}

// oddContent tells that an encryptedContent is not of the form that Graph gives it. What is missing from it then is empty, the rest of
// the delivery has been read, and the message is fetched.
func oddContent(err error) bool {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	return ok && strings.HasPrefix(e.Field, "value.encryptedContent")
}
