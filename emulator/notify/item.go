// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"encoding/json"
	"time"
)

// collection is the body of a delivery (Graph docs, changeNotificationCollection).
type collection struct {
	Value            []json.RawMessage `json:"value"`
	ValidationTokens *[]string         `json:"validationTokens,omitempty"` // beside resource data only; may be null
}

// notification is one item of a delivery. changeType and lifecycleEvent exclude each other.
type notification struct {
	SubscriptionID string        `json:"subscriptionId"`
	ExpiresAt      Time          `json:"subscriptionExpirationDateTime"`
	TenantID       string        `json:"tenantId"`
	ClientState    *string       `json:"clientState"`
	ChangeType     string        `json:"changeType,omitempty"`
	LifecycleEvent string        `json:"lifecycleEvent,omitempty"`
	Resource       string        `json:"resource,omitempty"`
	ResourceData   *resourceData `json:"resourceData,omitempty"`
	// EncryptedContent is there when the subscription includes resource data.
	EncryptedContent *encryptedContent `json:"encryptedContent,omitempty"`
}

type resourceData struct {
	Type      string `json:"@odata.type"`
	ODataID   string `json:"@odata.id"`
	MessageID string `json:"id"`
}

// item is one notification on its way to an endpoint.
type item struct {
	endpoint string
	app      string // whose notification it is, when it carries resource data
	body     json.RawMessage
	born     time.Time // on the emulator's clock
}
