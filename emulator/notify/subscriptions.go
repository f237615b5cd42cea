// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"cmp"
	"context"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Clock is the emulator's one clock. Shifted returns a channel that is closed when the clock is moved.
type Clock interface {
	Now() time.Time
	Shifted() <-chan struct{}
}

// Disturber decides what becomes of deliveries; package faults is one.
type Disturber interface {
	// Notification returns a delay for each copy of a notification about a changed resource; none withholds it.
	Notification(resource string) []time.Duration
	// ValidationFault returns "refused", "timeout", or "" to carry the handshake out.
	ValidationFault() string
}

// Config is what a Subscriptions is made of.
type Config struct {
	Clock   Clock
	Roots   *x509.CertPool // whose certificates a notification endpoint may present
	Disturb Disturber      // may be nil
	// Authorized says whether the owner of a subscription still holds a permission for its kind of resource; nil means
	// always. It is asked at every sweep, so a change shows within a second.
	Authorized func(Owner, Resource) bool
	// Token makes the validation token of an application, version 1 or 2; nil means that notifications carry none.
	Token func(appID string, version int) (string, error)
	// Withheld says whether an application gets no validation tokens, because its service principal requires an
	// assignment that the change tracking service does not have; nil means never.
	Withheld func(appID string) bool
	// Billed says whether the owner's application is linked to an Azure subscription; nil means never. It is asked where
	// metering is in force (Settings.Metered).
	Billed func(Owner) bool
	// InChat tells whether a person, by object id or user principal name, is in a chat; nil means never.
	InChat   func(chat teams.ChatID, user string) bool
	Settings Settings // zero fields take their default
}

// Subscriptions is the set of subscriptions of all applications. All methods are safe for concurrent use.
type Subscriptions struct {
	config Config
	sender *sender

	settings atomic.Pointer[Settings] // read by the sender too, whatever locks are held

	mu   sync.RWMutex
	byID map[string]*subscription
	// evaluated counts what the evaluation model delivered, overQuota what it did not.
	evaluated map[capacity]int
	overQuota int

	stop context.CancelFunc
	done chan struct{}
}

// New makes an empty set and starts to watch over expiry; Close stops it.
func New(config Config) *Subscriptions {
	ctx, stop := context.WithCancel(context.Background())
	s := &Subscriptions{config: config, byID: map[string]*subscription{}, evaluated: map[capacity]int{}, stop: stop, done: make(chan struct{})}
	s.SetSettings(config.Settings)
	s.sender = newSender(ctx, config.Clock, config.Roots, s.Settings)
	s.sender.tokens = &tokens{clock: config.Clock, make: config.Token, withheld: config.Withheld, made: map[tokenName]madeToken{}}
	go s.watch(ctx)
	return s
}

// Close stops all deliveries.
func (s *Subscriptions) Close() {
	s.stop()
	<-s.done
	s.sender.close()
}

// Create makes a subscription after the handshake with its endpoints. The caller has checked that the owner may read
// the resource and that it exists.
func (s *Subscriptions) Create(ctx context.Context, owner Owner, request Request) (Subscription, error) {
	now := s.config.Clock.Now()
	watches, expiry, err := checkRequest(&request, now)
	if err != nil {
		return Subscription{}, err
	}
	var readBy *recipient
	if request.IncludeResourceData != nil && *request.IncludeResourceData {
		if readBy, err = checkRecipient(request.EncryptionCertificate, request.EncryptionCertificateID); err != nil {
			return Subscription{}, err
		}
	}
	sub := &subscription{
		Subscription: Subscription{
			ID:                        uuid.NewString(),
			Resource:                  request.Resource,
			ApplicationID:             owner.AppID,
			ChangeType:                request.ChangeType,
			ClientState:               request.ClientState,
			NotificationURL:           request.NotificationURL,
			LifecycleNotificationURL:  request.LifecycleNotificationURL,
			CreatorID:                 owner.CreatorID,
			IncludeResourceData:       request.IncludeResourceData,
			LatestSupportedTLSVersion: request.LatestSupportedTLSVersion,
			EncryptionCertificateID:   request.EncryptionCertificateID,
			NotificationURLAppID:      request.NotificationURLAppID,
			NotificationContentType:   "application/json",
		},
		owner:     owner,
		watches:   watches,
		recipient: readBy,
	}
	if err := s.pays(sub); err != nil {
		return Subscription{}, err
	}
	if err := s.mayAdd(sub); err != nil {
		return Subscription{}, err
	}
	if err := s.handshake(ctx, request.NotificationURL); err != nil {
		return Subscription{}, err
	}
	if request.LifecycleNotificationURL != nil {
		if err := s.handshake(ctx, *request.LifecycleNotificationURL); err != nil {
			return Subscription{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.conflict(sub); err != nil { // another request may have been faster
		return Subscription{}, err
	}
	s.renew(sub, now, expiry)
	s.byID[sub.ID] = sub
	return sub.Subscription, nil
}

// Renewal is the body of an update call; one of ExpiresAt and NotificationURL must be given. Whether Graph takes a
// certificate here its pages do not agree on: the one about resource data says so, the one about updating is silent.
type Renewal struct {
	ExpiresAt               *Time   `json:"expirationDateTime"`
	NotificationURL         *string `json:"notificationUrl"`
	EncryptionCertificate   *string `json:"encryptionCertificate"`
	EncryptionCertificateID *string `json:"encryptionCertificateId"`
}

// Renew moves a subscription's expiry or endpoint, or has its resource data encrypted for another certificate from now
// on; like Reauthorize it also renews the access it rests on.
func (s *Subscriptions) Renew(ctx context.Context, owner Owner, id string, renewal Renewal) (Subscription, error) {
	if renewal.ExpiresAt == nil && renewal.NotificationURL == nil {
		return Subscription{}, refuse(http.StatusBadRequest, "InvalidRequest", "The body must hold expirationDateTime or notificationUrl.")
	}
	if _, err := s.Get(owner, id); err != nil {
		return Subscription{}, err
	}
	if renewal.NotificationURL != nil {
		if err := checkURL("notificationUrl", *renewal.NotificationURL); err != nil {
			return Subscription{}, err
		}
		if err := s.handshake(ctx, *renewal.NotificationURL); err != nil {
			return Subscription{}, err
		}
	}
	var readBy *recipient
	if renewal.EncryptionCertificate != nil || renewal.EncryptionCertificateID != nil {
		var err error
		if readBy, err = checkRecipient(renewal.EncryptionCertificate, renewal.EncryptionCertificateID); err != nil {
			return Subscription{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.owned(owner, id)
	if err != nil {
		return Subscription{}, err
	}
	if readBy != nil && sub.recipient == nil {
		return Subscription{}, refuse(http.StatusBadRequest, "InvalidRequest", "The subscription was created without includeResourceData, so it takes no encryptionCertificate.")
	}
	now, expiry := s.config.Clock.Now(), time.Time(sub.ExpiresAt)
	if renewal.ExpiresAt != nil {
		if expiry, err = checkExpiry(time.Time(*renewal.ExpiresAt), now); err != nil {
			return Subscription{}, err
		}
	}
	if renewal.NotificationURL != nil {
		sub.NotificationURL = *renewal.NotificationURL
	}
	if readBy != nil && !s.Settings().CertificateFixed {
		sub.recipient, sub.EncryptionCertificateID = readBy, renewal.EncryptionCertificateID
	}
	s.renew(sub, now, expiry)
	return sub.shown(), nil
}

// Reauthorize renews the access that a subscription rests on, not its expiry.
func (s *Subscriptions) Reauthorize(owner Owner, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.owned(owner, id)
	if err != nil {
		return err
	}
	s.authorize(sub, s.config.Clock.Now())
	return nil
}

// Delete ends a subscription.
func (s *Subscriptions) Delete(owner Owner, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.owned(owner, id); err != nil {
		return err
	}
	delete(s.byID, strings.ToLower(id))
	return nil
}

// Get returns one subscription of an owner.
func (s *Subscriptions) Get(owner Owner, id string) (Subscription, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sub, err := s.owned(owner, id)
	if err != nil {
		return Subscription{}, err
	}
	return sub.shown(), nil
}

// List returns the subscriptions of an owner: all of the application's own, or for a user those that this application
// made for this user.
func (s *Subscriptions) List(owner Owner) []Subscription {
	return s.list(func(sub *subscription) bool { return sub.belongsTo(owner) })
}

// All returns every subscription.
func (s *Subscriptions) All() []Subscription {
	return s.list(func(*subscription) bool { return true })
}

func (s *Subscriptions) list(want func(*subscription) bool) []Subscription {
	s.mu.RLock()
	defer s.mu.RUnlock()
	now := s.config.Clock.Now()
	list := []Subscription{}
	for _, sub := range s.byID {
		if want(sub) && !sub.expired(now) {
			list = append(list, sub.shown())
		}
	}
	slices.SortFunc(list, func(a, b Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Clear forgets all subscriptions and all that is still to be delivered.
func (s *Subscriptions) Clear() {
	s.mu.Lock()
	clear(s.byID)
	clear(s.evaluated)
	s.overQuota = 0
	s.mu.Unlock()
	s.sender.clear()
}

func (s *subscription) expired(now time.Time) bool { return !now.Before(time.Time(s.ExpiresAt)) }

func (s *subscription) belongsTo(owner Owner) bool {
	return s.owner.AppID == owner.AppID && s.owner.TenantID == owner.TenantID &&
		(!owner.Delegated || s.owner.CreatorID == owner.CreatorID)
}

// shown hides what Graph does not return once a subscription is created.
func (s *subscription) shown() Subscription {
	shown := s.Subscription
	shown.ClientState = nil
	shown.EncryptionCertificate = nil
	return shown
}

// owned finds a live subscription; the caller holds the lock.
func (s *Subscriptions) owned(owner Owner, id string) (*subscription, error) {
	sub, ok := s.byID[strings.ToLower(id)]
	if !ok || !sub.belongsTo(owner) || sub.expired(s.config.Clock.Now()) {
		return nil, refuse(http.StatusNotFound, "ResourceNotFound", "The object was not found: there is no subscription '%s', or it has expired.", id)
	}
	return sub, nil
}

func (s *Subscriptions) renew(sub *subscription, now, expiry time.Time) {
	sub.ExpiresAt = Time(expiry)
	sub.lifetime = expiry.Sub(now)
	s.authorize(sub, now)
}

func (s *Subscriptions) mayAdd(sub *subscription) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.conflict(sub)
}

// conflict applies the quotas: one subscription per application and conversation, and one number for the organization.
func (s *Subscriptions) conflict(sub *subscription) error {
	now := s.config.Clock.Now()
	inOrganization := 0
	for _, other := range s.byID {
		if other.expired(now) || other.owner.TenantID != sub.owner.TenantID {
			continue
		}
		inOrganization++
		if other.owner.AppID != sub.owner.AppID || other.watches != sub.watches {
			continue
		}
		if other.ChangeType == sub.ChangeType {
			return refuse(http.StatusConflict, "ObjectIdentifierInUse", "Subscription Id %s already exists for the requested combination", other.ID)
		}
		return refuse(http.StatusForbidden, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: The application %s has reached its limit of '1' TEAMS subscriptions on the resource %s.]", sub.owner.AppID, sub.Resource)
	}
	if quota := s.Settings().OrganizationQuota; inOrganization >= quota {
		return refuse(http.StatusForbidden, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: The tenant %s has reached its limit of '%d' TEAMS subscriptions.]", sub.owner.TenantID, quota)
	}
	return nil
}
