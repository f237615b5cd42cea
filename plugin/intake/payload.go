// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// The limits of one delivery. Graph's own requests end at 4 MB.
const (
	maxBody  = 4 << 20
	maxItems = 5000
)

// collection is a changeNotificationCollection (Graph docs). Unknown members are ignored.
type collection struct {
	Value []item `json:"value"`
}

// item is one change notification, or a lifecycle notification when LifecycleEvent is set.
type item struct {
	SubscriptionID   string        `json:"subscriptionId"`
	ExpiresAt        timestamp     `json:"subscriptionExpirationDateTime"`
	TenantID         string        `json:"tenantId"`
	ClientState      string        `json:"clientState"`
	ChangeType       string        `json:"changeType"`
	LifecycleEvent   string        `json:"lifecycleEvent"`
	Resource         string        `json:"resource"`
	ResourceData     *resourceData `json:"resourceData"`
	EncryptedContent *struct {
		Data string `json:"data"`
	} `json:"encryptedContent"`
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
	if err := json.NewDecoder(body).Decode(&c); err != nil {
		return collection{}, fmt.Errorf("the body is no collection of notifications: %w", err)
	}
	if len(c.Value) > maxItems {
		return collection{}, fmt.Errorf("the body has %d notifications; %d are accepted at once", len(c.Value), maxItems)
	}
	return c, nil
}
