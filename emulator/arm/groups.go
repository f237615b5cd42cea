// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"fmt"
	"net/http"
	"strings"
)

// subscriptionOf returns the subscription of a call that has been authorized; the caller holds the lock.
func (s *State) subscriptionOf(c *call) *subscription {
	return s.subscriptions[strings.ToLower(c.PathValue("subscription"))]
}

// groupOf finds the resource group of a call; the caller holds the lock.
func (s *State) groupOf(c *call) (*subscription, *Group, error) {
	sub := s.subscriptionOf(c)
	group := sub.groups[strings.ToLower(c.PathValue("group"))]
	if group == nil {
		return sub, nil, refuse(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", c.PathValue("group"))
	}
	return sub, group, nil
}

func (sub *subscription) json(tenantID string) map[string]any {
	return map[string]any{
		"id": "/subscriptions/" + sub.id, "subscriptionId": sub.id, "displayName": sub.name, "state": "Enabled", "tenantId": tenantID,
		"authorizationSource": "RoleBased", "subscriptionPolicies": map[string]any{"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"},
	}
}

func (g *Group) json(sub *subscription) map[string]any {
	return map[string]any{
		"id": groupID(sub, g), "name": g.Name, "type": "Microsoft.Resources/resourceGroups", "location": g.Location, "tags": g.Tags,
		"properties": map[string]any{"provisioningState": "Succeeded"},
	}
}

func groupID(sub *subscription, g *Group) string {
	return fmt.Sprintf("/subscriptions/%s/resourceGroups/%s", sub.id, g.Name)
}

func (s *Server) listSubscriptions(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	list := []any{}
	for _, id := range sorted(s.state.subscriptions) {
		if sub := s.state.subscriptions[id]; s.isContributor(sub, c.caller) {
			list = append(list, sub.json(s.dir.Tenant().ID))
		}
	}
	return page(list), nil
}

func page(list []any) answer {
	return answer{status: http.StatusOK, body: map[string]any{"value": list}}
}

func (s *Server) getSubscription(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	return answer{status: http.StatusOK, body: s.state.subscriptionOf(c).json(s.dir.Tenant().ID)}, nil
}

func (s *Server) listGroups(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub := s.state.subscriptionOf(c)
	list := []any{}
	for _, name := range sorted(sub.groups) {
		list = append(list, sub.groups[name].json(sub))
	}
	return page(list), nil
}

func (s *Server) getGroup(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub, group, err := s.state.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	if c.Method == http.MethodHead { // asks whether the group exists
		return answer{status: http.StatusNoContent}, nil
	}
	return answer{status: http.StatusOK, body: group.json(sub)}, nil
}

func (s *Server) putGroup(c *call) (answer, error) {
	var body struct {
		Location string            `json:"location"`
		Tags     map[string]string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Location == "" {
		return answer{}, refuse(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	sub, name := s.state.subscriptionOf(c), c.PathValue("group")
	if group := sub.groups[strings.ToLower(name)]; group != nil {
		if !strings.EqualFold(group.Location, body.Location) {
			return answer{}, refuse(http.StatusConflict, "InvalidResourceGroupLocation", "Invalid resource group location '%s'. The Resource group already exists in location '%s'.", body.Location, group.Location)
		}
		group.Tags = body.Tags
		return answer{status: http.StatusOK, body: group.json(sub)}, nil
	}
	group := &Group{Name: name, Location: body.Location, Tags: body.Tags, accounts: map[string]*Account{}}
	sub.groups[strings.ToLower(name)] = group
	return answer{status: http.StatusCreated, body: group.json(sub)}, nil
}

func (s *Server) deleteGroup(c *call) (answer, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	sub, group, err := s.state.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	delete(sub.groups, strings.ToLower(group.Name))
	return answer{status: http.StatusOK}, nil
}

// listResources lists what a resource group holds, in the short form of that call.
func (s *Server) listResources(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub, group, err := s.state.groupOf(c)
	if err != nil {
		return answer{}, err
	}
	list := []any{}
	for _, name := range sorted(group.accounts) {
		account := group.accounts[name]
		list = append(list, map[string]any{"id": accountID(sub, group, account), "name": account.Name, "type": accountType, "location": account.Location, "tags": account.Tags})
	}
	return page(list), nil
}
