// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
)

// Seed is what the Azure side holds from the start; JSON names are those of the seed file.
type Seed struct {
	Subscriptions []SubscriptionSeed `json:"subscriptions"`
}

// SubscriptionSeed is a subscription of a Seed.
type SubscriptionSeed struct {
	ID             string   `json:"id"`
	DisplayName    string   `json:"displayName"`
	ResourceGroups []string `json:"resourceGroups"`
	Contributors   []string `json:"contributors"` // app ids and user principal names with the role Contributor
}

// Names of the default seed.
const (
	DemoSubscriptionID = "33333333-3333-4333-8333-333333333333"
	DemoResourceGroup  = "msteams-sync"
)

// DefaultSeed is one subscription with one resource group.
func DefaultSeed(contributors ...string) Seed {
	return Seed{Subscriptions: []SubscriptionSeed{{
		ID: DemoSubscriptionID, DisplayName: "Demo Subscription", ResourceGroups: []string{DemoResourceGroup}, Contributors: contributors,
	}}}
}

// Account is a billing account of metered Microsoft Graph APIs.
type Account struct {
	Name           string
	Location       string
	Tags           map[string]string
	AppID          string
	BillingPlanID  string
	State          string // provisioning state; Succeeded, Failed or Canceled
	Etag           string
	Created        time.Time
	CreatedBy      string
	LastModified   time.Time
	LastModifiedBy string
}

// Group is a resource group.
type Group struct {
	Name     string
	Location string
	Tags     map[string]string
	accounts map[string]*Account // by lower-case name
}

type subscription struct {
	id, name     string
	groups       map[string]*Group // by lower-case name
	registered   map[string]bool   // resource providers, lower case
	contributors []string
}

// State is what exists in Azure. It is safe for concurrent use.
type State struct {
	clock *clock.Clock

	mu            sync.RWMutex
	subscriptions map[string]*subscription // by id
}

// NewState returns a state that holds what the seed says.
func NewState(c *clock.Clock, seed Seed) *State {
	s := &State{clock: c}
	s.Reset(seed)
	return s
}

// Reset forgets everything and loads a seed.
func (s *State) Reset(seed Seed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscriptions = map[string]*subscription{}
	for _, each := range seed.Subscriptions {
		sub := &subscription{id: strings.ToLower(each.ID), name: each.DisplayName, groups: map[string]*Group{}, registered: map[string]bool{}, contributors: each.Contributors}
		for _, name := range each.ResourceGroups {
			sub.groups[strings.ToLower(name)] = &Group{Name: name, Location: "westeurope", accounts: map[string]*Account{}}
		}
		s.subscriptions[sub.id] = sub
	}
}

// Account finds a billing account.
func (s *State) Account(subscriptionID, group, name string) (Account, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sub := s.subscriptions[strings.ToLower(subscriptionID)]
	if sub == nil || sub.groups[strings.ToLower(group)] == nil {
		return Account{}, false
	}
	account := sub.groups[strings.ToLower(group)].accounts[strings.ToLower(name)]
	if account == nil {
		return Account{}, false
	}
	return *account, true
}

// SetProvisioningState makes provisioning of a billing account have ended another way and says whether there is the account.
func (s *State) SetProvisioningState(subscriptionID, group, name, state string) bool {
	if _, ok := s.Account(subscriptionID, group, name); !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscriptions[strings.ToLower(subscriptionID)].groups[strings.ToLower(group)].accounts[strings.ToLower(name)].State = state
	return true
}

// DeleteAccount removes a billing account behind everybody's back and says whether there was one.
func (s *State) DeleteAccount(subscriptionID, group, name string) bool {
	if _, ok := s.Account(subscriptionID, group, name); !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subscriptions[strings.ToLower(subscriptionID)].groups[strings.ToLower(group)].accounts, strings.ToLower(name))
	return true
}

// Billed tells whether an application is linked to a subscription that pays for it.
func (s *State) Billed(appID string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	account := s.accountOf(appID)
	return account != nil && account.State == "Succeeded"
}

// accountOf finds the account that a client id is linked to; the caller holds the lock.
func (s *State) accountOf(appID string) *Account {
	for _, sub := range s.subscriptions {
		for _, group := range sub.groups {
			for _, account := range group.accounts {
				if strings.EqualFold(account.AppID, appID) {
					return account
				}
			}
		}
	}
	return nil
}

func newEtag() string { return `"` + uuid.NewString() + `"` }

func sorted[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
