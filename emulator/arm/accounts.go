// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// accountType is spelled as recorded traffic spells it.
const accountType = "microsoft.graphservices/accounts"

func accountID(sub *subscription, g *Group, a *Account) string {
	return fmt.Sprintf("%s/providers/Microsoft.GraphServices/accounts/%s", groupID(sub, g), a.Name)
}

func (a *Account) json(sub *subscription, g *Group) map[string]any {
	tags := a.Tags
	if tags == nil {
		tags = map[string]string{}
	}
	const form = "2006-01-02T15:04:05.0000000Z"
	return map[string]any{
		"id": accountID(sub, g, a), "name": a.Name, "type": accountType, "location": a.Location, "tags": tags,
		"properties": map[string]any{"appId": a.AppID, "billingPlanId": a.BillingPlanID, "provisioningState": a.State},
		"systemData": map[string]any{
			"createdAt": a.Created.Format(form), "createdBy": a.CreatedBy, "createdByType": "Application",
			"lastModifiedAt": a.LastModified.Format(form), "lastModifiedBy": a.LastModifiedBy, "lastModifiedByType": "Application",
		},
	}
}

func (s *Server) listSubscriptionAccounts(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub := s.state.subscriptionOf(c)
	list := []any{}
	for _, name := range sorted(sub.groups) {
		list = append(list, accountsOf(sub, sub.groups[name])...)
	}
	return page(list), nil
}

func accountsOf(sub *subscription, g *Group) []any {
	list := []any{}
	for _, name := range sorted(g.accounts) {
		list = append(list, g.accounts[name].json(sub, g))
	}
	return list
}

func (s *Server) listGroupAccounts(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub, group, err := s.state.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	return page(accountsOf(sub, group)), nil
}

// accountOfCall finds the account that a call addresses; the caller holds the lock.
func (s *State) accountOfCall(c *call) (*subscription, *Group, *Account, error) {
	sub, group, err := s.groupOf(c)
	if err != nil {
		return nil, nil, nil, err
	}
	account := group.accounts[strings.ToLower(c.PathValue("name"))]
	if account == nil {
		return sub, group, nil, refuse(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.GraphServices/accounts/%s' under resource group '%s' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", c.PathValue("name"), group.Name)
	}
	return sub, group, account, nil
}

func (s *Server) getAccount(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub, group, account, err := s.state.accountOfCall(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: account.json(sub, group), etag: account.Etag}, nil
}

func (s *Server) putAccount(c *call) (answer, error) {
	var body struct {
		Location   string            `json:"location"`
		Tags       map[string]string `json:"tags"`
		Properties *struct {
			AppID string `json:"appId"`
		} `json:"properties"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Properties == nil {
		return answer{}, refuse(http.StatusBadRequest, "InvalidRequestContent", "The request content must hold 'properties' with 'appId'.")
	}
	appID := body.Properties.AppID
	if _, err := uuid.Parse(appID); err != nil || len(appID) != 36 {
		return answer{}, refuse(http.StatusBadRequest, "InvalidAppId", "The appId '%s' must be a GUID.", appID)
	}
	if body.Location == "" {
		body.Location = "global"
	}
	if !strings.EqualFold(body.Location, "global") {
		return answer{}, refuse(http.StatusBadRequest, "LocationNotAvailableForResourceType", "The provided location '%s' is not available for resource type 'Microsoft.GraphServices/accounts'. List of available regions for the resource type is 'global'.", body.Location)
	}
	if err := s.mayLink(c, appID); err != nil {
		return answer{}, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	sub, group, err := s.state.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	if !sub.isRegistered(graphServices) {
		return answer{}, refuse(http.StatusConflict, "MissingSubscriptionRegistration", "The subscription is not registered to use namespace '%s'. See https://aka.ms/rps-not-found for how to register subscriptions.", graphServices)
	}
	name, now := c.PathValue("name"), s.state.clock.Now()
	account := group.accounts[strings.ToLower(name)]
	if account != nil {
		if !strings.EqualFold(account.AppID, appID) {
			return answer{}, refuse(http.StatusBadRequest, "PropertyChangeNotAllowed", "Changing property 'properties.appId' is not allowed.")
		}
		account.Tags, account.LastModified, account.LastModifiedBy, account.Etag = body.Tags, now, c.caller.AppID, newEtag()
		return answer{status: http.StatusOK, body: account.json(sub, group), etag: account.Etag}, nil
	}
	if other := s.state.accountOf(appID); other != nil {
		return answer{}, refuse(http.StatusConflict, "Conflict", "The application '%s' is already associated with the account '%s'.", appID, other.Name)
	}
	account = &Account{
		Name: name, Location: "global", Tags: body.Tags, AppID: appID, BillingPlanID: uuid.NewString(), State: "Succeeded", Etag: newEtag(),
		Created: now, CreatedBy: c.caller.AppID, LastModified: now, LastModifiedBy: c.caller.AppID,
	}
	group.accounts[strings.ToLower(name)] = account
	return answer{status: http.StatusCreated, body: account.json(sub, group), etag: account.Etag}, nil
}

// mayLink is the rule of Graph docs, "Enable metered APIs and services": the caller owns the application or is an
// Application Administrator. For an application that calls, Application.ReadWrite.All counts as the latter.
func (s *Server) mayLink(c *call, appID string) error {
	app, ok := s.dir.ApplicationByAppID(appID)
	if !ok {
		return refuse(http.StatusBadRequest, "InvalidAppId", "The application '%s' was not found in the tenant.", appID)
	}
	owners, err := s.dir.ApplicationOwners(app.ID)
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidAppId", "The application '%s' was not found in the tenant.", appID)
	}
	who := c.caller.UserID
	if who == "" {
		who = c.caller.ServicePrincipalID
	}
	if slices.Contains(owners, strings.ToLower(who)) || c.caller.Admin || s.isApplicationAdministrator(c) {
		return nil
	}
	return refuse(http.StatusForbidden, "AuthorizationFailed", "The client '%s' is not an owner of the application '%s'.", who, appID)
}

func (s *Server) isApplicationAdministrator(c *call) bool {
	if c.caller.UserID != "" {
		user, ok := s.dir.User(c.caller.UserID)
		return ok && user.Admin
	}
	for _, principal := range s.dir.ServicePrincipals() {
		if slices.Contains(s.dir.Roles(c.caller.ServicePrincipalID, principal.ID), "Application.ReadWrite.All") {
			return true
		}
	}
	return false
}

func (s *Server) patchAccount(c *call) (answer, error) {
	var body struct {
		Tags map[string]string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	sub, group, account, err := s.state.accountOfCall(c)
	if err != nil {
		return answer{}, err
	}
	account.Tags, account.LastModified, account.LastModifiedBy, account.Etag = body.Tags, s.state.clock.Now(), c.caller.AppID, newEtag()
	return answer{status: http.StatusOK, body: account.json(sub, group), etag: account.Etag}, nil
}

func (s *Server) deleteAccount(c *call) (answer, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	_, group, account, err := s.state.accountOfCall(c)
	if group == nil {
		return answer{}, err
	}
	if account == nil {
		return answer{status: http.StatusNoContent}, nil
	}
	delete(group.accounts, strings.ToLower(account.Name))
	return answer{status: http.StatusOK}, nil
}

func (s *Server) operations(*call) (answer, error) {
	list := []any{}
	for _, verb := range []string{"read", "write", "delete"} {
		list = append(list, map[string]any{
			"name": "Microsoft.GraphServices/accounts/" + verb, "isDataAction": false,
			"display": map[string]any{"provider": graphServices, "resource": "accounts", "operation": verb, "description": verb + " accounts"},
		})
	}
	return page(list), nil
}
