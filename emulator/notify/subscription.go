// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Subscription is a subscription as Graph shows it (Graph docs, subscription resource). clientState is shown in the
// answer to the create call only.
type Subscription struct {
	ID                        string  `json:"id"`
	Resource                  string  `json:"resource"`
	ApplicationID             string  `json:"applicationId"`
	ChangeType                string  `json:"changeType"`
	ClientState               *string `json:"clientState"`
	NotificationURL           string  `json:"notificationUrl"`
	LifecycleNotificationURL  *string `json:"lifecycleNotificationUrl"`
	NotificationQueryOptions  *string `json:"notificationQueryOptions"`
	ExpiresAt                 Time    `json:"expirationDateTime"`
	CreatorID                 string  `json:"creatorId"`
	IncludeResourceData       *bool   `json:"includeResourceData"`
	LatestSupportedTLSVersion string  `json:"latestSupportedTlsVersion"`
	EncryptionCertificate     *string `json:"encryptionCertificate"`
	EncryptionCertificateID   *string `json:"encryptionCertificateId"`
	NotificationURLAppID      *string `json:"notificationUrlAppId"`
	NotificationContentType   string  `json:"notificationContentType"`
}

// Time is a time as Graph writes it in subscriptions and notifications: UTC, up to seven digits of fraction.
type Time time.Time

// String returns the time as Graph writes it.
func (t Time) String() string { return time.Time(t).UTC().Format("2006-01-02T15:04:05.9999999Z") }

// MarshalJSON writes the time in UTC.
func (t Time) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.String())
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Time) UnmarshalJSON(data []byte) error { return (*time.Time)(t).UnmarshalJSON(data) }

// Owner is who made a subscription.
type Owner struct {
	TenantID  string
	AppID     string
	CreatorID string // object id of the user (delegated) or the service principal (application)
	Delegated bool
}

// Request is the body of a create call.
type Request struct {
	ChangeType                string  `json:"changeType"`
	NotificationURL           string  `json:"notificationUrl"`
	LifecycleNotificationURL  *string `json:"lifecycleNotificationUrl"`
	Resource                  string  `json:"resource"`
	ExpiresAt                 *Time   `json:"expirationDateTime"`
	ClientState               *string `json:"clientState"`
	IncludeResourceData       *bool   `json:"includeResourceData"`
	EncryptionCertificate     *string `json:"encryptionCertificate"`
	EncryptionCertificateID   *string `json:"encryptionCertificateId"`
	LatestSupportedTLSVersion string  `json:"latestSupportedTlsVersion"`
	NotificationURLAppID      *string `json:"notificationUrlAppId"`
}

// Limits of a subscription on Teams messages (Graph docs, subscription resource, "Subscription lifetime").
const (
	MaxLifetime    = 4320 * time.Minute
	MinLifetime    = 45 * time.Minute // a shorter wish is raised to this without an error
	NeedsLifecycle = time.Hour        // a longer wish needs a lifecycleNotificationUrl
)

const maxClientState = 128

// subscription is a subscription with what the emulator keeps about it.
type subscription struct {
	Subscription
	owner           Owner
	watches         Resource
	recipient       *recipient    // nil without resource data
	lifetime        time.Duration // from the latest create or renewal to the expiry then wished for
	authorizedUntil time.Time     // when the access it rests on lapses, unless renewed or reauthorized
	consented       bool          // whether the owner may still read the resource, as of the latest sweep
	remindedAt      time.Time     // when reauthorizationRequired was last sent
	held            []item        // what happened while access had lapsed
}

// checkRequest applies the rules that need no look at other subscriptions and returns the resource and expiry. The
// certificate is checkRecipient's.
func checkRequest(r *Request, now time.Time) (Resource, time.Time, error) {
	none := func(err error) (Resource, time.Time, error) { return Resource{}, time.Time{}, err }
	invalid := func(format string, args ...any) (Resource, time.Time, error) {
		return none(refuse(http.StatusBadRequest, "InvalidRequest", format, args...))
	}
	switch {
	case r.Resource == "":
		return invalid("Property resource is required.")
	case r.ExpiresAt == nil:
		return invalid("Property expirationDateTime is required.")
	case r.ClientState != nil && len(*r.ClientState) > maxClientState:
		return invalid("clientState must not be longer than %d characters.", maxClientState)
	}
	kinds, err := parseChangeType(r.ChangeType)
	if err != nil {
		return none(err)
	}
	r.ChangeType = kinds
	if err := checkURL("notificationUrl", r.NotificationURL); err != nil {
		return none(err)
	}
	if r.LifecycleNotificationURL != nil {
		if err := checkURL("lifecycleNotificationUrl", *r.LifecycleNotificationURL); err != nil {
			return none(err)
		}
	}
	switch r.LatestSupportedTLSVersion {
	case "":
		r.LatestSupportedTLSVersion = "v1_2"
	case "v1_0", "v1_1", "v1_2", "v1_3":
	default:
		return invalid("latestSupportedTlsVersion '%s' is not one of v1_0, v1_1, v1_2, v1_3.", r.LatestSupportedTLSVersion)
	}
	watches, err := ParseResource(r.Resource)
	if err != nil {
		return none(err)
	}
	expiry, err := checkExpiry(time.Time(*r.ExpiresAt), now)
	if err != nil {
		return none(err)
	}
	if r.LifecycleNotificationURL == nil && expiry.Sub(now) > NeedsLifecycle {
		return invalid("lifecycleNotificationUrl is a required property for subscription creation on this resource when the expirationDateTime value is set to greater than 1 hour.")
	}
	return watches, expiry, nil
}

// checkExpiry applies floor and ceiling. A minute of grace covers clocks that differ.
func checkExpiry(wish, now time.Time) (time.Time, error) {
	switch {
	case !wish.After(now):
		return time.Time{}, refuse(http.StatusBadRequest, "InvalidRequest", "expirationDateTime must be in the future.")
	case wish.After(now.Add(MaxLifetime + time.Minute)):
		return time.Time{}, refuse(http.StatusBadRequest, "ExtensionError", "Subscription expiration can only be %d minutes in the future.", int(MaxLifetime.Minutes()))
	case wish.Before(now.Add(MinLifetime)):
		return now.Add(MinLifetime), nil
	}
	return wish, nil
}

// parseChangeType brings a changeType into the order created, updated, deleted.
func parseChangeType(text string) (string, error) {
	known := []string{"created", "updated", "deleted"}
	var wanted []string
	for _, part := range strings.Split(text, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		if !slices.Contains(known, part) {
			return "", refuse(http.StatusBadRequest, "InvalidRequest", "changeType '%s' must be a comma-separated list of created, updated, deleted.", text)
		}
		wanted = append(wanted, part)
	}
	known = slices.DeleteFunc(known, func(kind string) bool { return !slices.Contains(wanted, kind) })
	return strings.Join(known, ","), nil
}

func checkURL(property, text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return refuse(http.StatusBadRequest, "InvalidRequest", "Property %s is required.", property)
	case err != nil || u.Host == "":
		return refuse(http.StatusBadRequest, "InvalidRequest", "%s '%s' is not a valid address.", property, text)
	case u.Scheme != "https":
		return refuse(http.StatusBadRequest, "InvalidRequest", "%s '%s' must be a https address.", property, text)
	}
	return nil
}
