// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package billing

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
)

// AccountID names an account: /subscriptions/…/resourceGroups/…/providers/Microsoft.GraphServices/accounts/….
type AccountID struct {
	SubscriptionID, ResourceGroup, Name string
}

// ParseAccountID reads an ARM id. ARM ids compare without case.
func ParseAccountID(id string) (AccountID, error) {
	parsed, err := arm.ParseResourceID(id)
	if err != nil || !strings.EqualFold(parsed.ResourceType.String(), namespace+"/accounts") {
		return AccountID{}, fmt.Errorf("%q is not the id of a billing account; it looks like /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/%s/accounts/NAME", id, namespace)
	}
	return AccountID{parsed.SubscriptionID, parsed.ResourceGroupName, parsed.Name}, nil
}

// String is the ARM id.
func (id AccountID) String() string {
	return "/subscriptions/" + id.SubscriptionID + "/resourceGroups/" + id.ResourceGroup + "/providers/" + namespace + "/accounts/" + id.Name
}

// Same says whether two ids name one account. ARM ids compare without case.
func (id AccountID) Same(other AccountID) bool { return strings.EqualFold(id.String(), other.String()) }

func (id AccountID) path() string {
	return "/subscriptions/" + url.PathEscape(id.SubscriptionID) + "/resourceGroups/" + url.PathEscape(id.ResourceGroup) +
		"/providers/" + namespace + "/accounts/" + url.PathEscape(id.Name)
}

// Account links an application to the subscription that pays for its metered Graph calls.
type Account struct {
	ClientID          string // immutable
	Tags              map[string]string
	BillingPlanID     string // read-only
	ProvisioningState string // read-only; Succeeded, Failed or Canceled when finished
}

type accountBody struct {
	ID         string             `json:"id,omitempty"` // in answers
	Location   string             `json:"location,omitempty"`
	Tags       map[string]string  `json:"tags"`
	Properties *accountProperties `json:"properties,omitempty"`
}

type accountProperties struct {
	AppID             string `json:"appId,omitempty"`
	BillingPlanID     string `json:"billingPlanId,omitempty"`
	ProvisioningState string `json:"provisioningState,omitempty"`
}

// Works says whether provisioning has succeeded. Older answers leave the state out.
func (a Account) Works() bool {
	return a.ProvisioningState == "" || strings.EqualFold(a.ProvisioningState, "Succeeded")
}

// Put creates the account, or makes an existing one what it should be. It registers the resource provider in the
// subscription when that is still missing, and waits until Azure has finished; see Account.Works for how that went.
func (c *Client) Put(ctx context.Context, id AccountID, account Account) (Account, error) {
	body := accountBody{Location: "global", Tags: orNone(account.Tags), Properties: &accountProperties{AppID: account.ClientID}}
	put := func(ctx context.Context) error {
		_, err := c.do(ctx, http.MethodPut, id.path(), accountsAPI, body, nil)
		return err
	}
	err := put(ctx)
	if hasCode(err, "MissingSubscriptionRegistration") {
		if err := c.register(ctx, id.SubscriptionID); err != nil {
			return Account{}, err
		}
		// The registration itself replicates too.
		err = c.policy.Retry(ctx, func(err error) bool { return hasCode(err, "MissingSubscriptionRegistration") }, put)
	}
	if err != nil {
		return Account{}, err
	}
	var current Account
	err = c.policy.Await(ctx, "the billing account "+id.Name+" to be provisioned", func(ctx context.Context) (bool, error) {
		var err error
		current, err = c.Get(ctx, id)
		if IsNotFound(err) {
			return false, nil
		}
		return err == nil && finished(current.ProvisioningState), err
	})
	return current, err
}

// Linked is an account in the list of a subscription.
type Linked struct {
	ID AccountID
	Account
}

// List reads the accounts of a subscription that the caller may see. A subscription without the namespace has none.
func (c *Client) List(ctx context.Context, subscriptionID string) ([]Linked, error) {
	var list []Linked
	path, query := "/subscriptions/"+url.PathEscape(subscriptionID)+"/providers/"+namespace+"/accounts", url.Values{"api-version": {accountsAPI}}
	for {
		var page struct {
			Value    []accountBody `json:"value"`
			NextLink string        `json:"nextLink"`
		}
		_, err := c.send(ctx, http.MethodGet, path, query, nil, &page)
		if hasCode(err, "MissingSubscriptionRegistration") {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, body := range page.Value {
			id, err := ParseAccountID(body.ID)
			if err != nil {
				return nil, fmt.Errorf("reading the list of billing accounts: %w", err)
			}
			list = append(list, Linked{ID: id, Account: body.account()})
		}
		if page.NextLink == "" {
			return list, nil
		}
		next, err := url.Parse(page.NextLink)
		if err != nil {
			return nil, fmt.Errorf("reading the list of billing accounts: the address of the next page is not a URL: %w", err)
		}
		// Path and query only: the token goes to the address that was configured, whatever the link says.
		path, query = next.Path, next.Query()
	}
}

// Get reads an account.
func (c *Client) Get(ctx context.Context, id AccountID) (Account, error) {
	var body accountBody
	if _, err := c.do(ctx, http.MethodGet, id.path(), accountsAPI, nil, &body); err != nil {
		return Account{}, err
	}
	return body.account(), nil
}

func (b accountBody) account() Account {
	account := Account{Tags: b.Tags}
	if p := b.Properties; p != nil {
		account.ClientID, account.BillingPlanID, account.ProvisioningState = p.AppID, p.BillingPlanID, p.ProvisioningState
	}
	return account
}

// SetTags replaces the account's tags.
func (c *Client) SetTags(ctx context.Context, id AccountID, tags map[string]string) error {
	_, err := c.do(ctx, http.MethodPatch, id.path(), accountsAPI, accountBody{Tags: orNone(tags)}, nil)
	return err
}

// Delete removes an account and waits until it is gone. A missing one is no error.
func (c *Client) Delete(ctx context.Context, id AccountID) error {
	status, err := c.do(ctx, http.MethodDelete, id.path(), accountsAPI, nil, nil)
	if IsNotFound(err) {
		return nil
	}
	if err != nil || status != http.StatusAccepted {
		return err
	}
	return c.policy.Await(ctx, "the billing account "+id.Name+" to be deleted", func(ctx context.Context) (bool, error) {
		_, err := c.Get(ctx, id)
		if IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// register registers the namespace in a subscription and waits until that is done.
func (c *Client) register(ctx context.Context, subscriptionID string) error {
	path := "/subscriptions/" + url.PathEscape(subscriptionID) + "/providers/" + namespace
	// Registering twice does no harm, so an unknown outcome is repeated.
	err := c.policy.Retry(ctx, isUnknownOutcome, func(ctx context.Context) error {
		_, err := c.do(ctx, http.MethodPost, path+"/register", providersAPI, nil, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("registering the namespace %s in the subscription: %w", namespace, err)
	}
	return c.policy.Await(ctx, "the namespace "+namespace+" to be registered in the subscription", func(ctx context.Context) (bool, error) {
		var state struct {
			RegistrationState string `json:"registrationState"`
		}
		_, err := c.do(ctx, http.MethodGet, path, providersAPI, nil, &state)
		return strings.EqualFold(state.RegistrationState, "Registered"), err
	})
}

// finished says whether a provisioning state is an end state. Older answers leave it out.
func finished(state string) bool {
	switch strings.ToLower(state) {
	case "", "succeeded", "failed", "canceled":
		return true
	}
	return false
}

func orNone(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}
