// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"net/http"
	"strings"
)

// graphServices is the resource provider of billing accounts.
const graphServices = "Microsoft.GraphServices"

// namespace returns a resource provider in its own spelling.
func namespace(name string) (string, error) {
	for _, known := range []string{graphServices, "Microsoft.Resources"} {
		if strings.EqualFold(known, name) {
			return known, nil
		}
	}
	return "", refuse(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '%s' is invalid.", name)
}

// isRegistered says whether a subscription may use a resource provider; the caller holds the lock.
func (sub *subscription) isRegistered(name string) bool {
	return name == "Microsoft.Resources" || sub.registered[strings.ToLower(name)]
}

func (sub *subscription) providerJSON(name string) map[string]any {
	state := "NotRegistered"
	if sub.isRegistered(name) {
		state = "Registered"
	}
	types := []any{}
	if name == graphServices {
		types = append(types, map[string]any{"resourceType": "accounts", "locations": []string{"global"}, "apiVersions": accountVersions, "capabilities": "SupportsTags, SupportsLocation"})
	}
	return map[string]any{
		"id": "/subscriptions/" + sub.id + "/providers/" + name, "namespace": name, "registrationPolicy": "RegistrationRequired",
		"registrationState": state, "resourceTypes": types,
	}
}

func (s *Server) listProviders(c *call) (answer, error) {
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	sub := s.state.subscriptionOf(c)
	return page([]any{sub.providerJSON(graphServices), sub.providerJSON("Microsoft.Resources")}), nil
}

func (s *Server) getProvider(c *call) (answer, error) {
	name, err := namespace(c.PathValue("namespace"))
	if err != nil {
		return answer{}, err
	}
	s.state.mu.RLock()
	defer s.state.mu.RUnlock()
	return answer{status: http.StatusOK, body: s.state.subscriptionOf(c).providerJSON(name)}, nil
}

// registerProvider registers at once. In Azure it takes a while, and clients ask until the state is Registered.
func (s *Server) registerProvider(c *call) (answer, error)   { return s.setRegistered(c, true) }
func (s *Server) unregisterProvider(c *call) (answer, error) { return s.setRegistered(c, false) }

func (s *Server) setRegistered(c *call, registered bool) (answer, error) {
	name, err := namespace(c.PathValue("namespace"))
	if err != nil {
		return answer{}, err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	sub := s.state.subscriptionOf(c)
	sub.registered[strings.ToLower(name)] = registered
	return answer{status: http.StatusOK, body: sub.providerJSON(name)}, nil
}
