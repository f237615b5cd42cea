// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// FederatedCredential lets tokens of another identity provider stand in for a client secret.
type FederatedCredential struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"` // immutable
	Issuer      string   `json:"issuer"`
	Subject     string   `json:"subject"`
	Audiences   []string `json:"audiences"`
	Description *string  `json:"description"`
}

func (c *FederatedCredential) check(others []FederatedCredential) error {
	switch {
	case c.Name == "" || len(c.Name) > 120:
		return invalid("The federated identity credential's name must hold 1 to 120 characters.")
	case c.Issuer == "" || len(c.Issuer) > 600 || c.Subject == "" || len(c.Subject) > 600:
		return invalid("The federated identity credential's issuer and subject must hold 1 to 600 characters.")
	case len(c.Audiences) != 1:
		return invalid("The federated identity credential must have exactly one audience.")
	}
	for _, other := range others {
		if other.ID == c.ID {
			continue
		}
		if strings.EqualFold(other.Name, c.Name) {
			return &Error{Kind: Duplicate, Message: "FederatedIdentityCredential with name " + c.Name + " already exists.", Target: "name"}
		}
		if other.Issuer == c.Issuer && other.Subject == c.Subject {
			return &Error{Kind: Duplicate, Message: "FederatedIdentityCredential with the same issuer and subject already exists.", Target: "subject"}
		}
	}
	return nil
}

// FederatedCredentials returns those of a registration.
func (s *State) FederatedCredentials(id string) ([]FederatedCredential, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.application(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(record.federated), nil
}

// FederatedCredentialsByAppID returns those of the application with a client id; none when there is no such application.
func (s *State) FederatedCredentialsByAppID(appID string) []FederatedCredential {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if record := s.applicationByAppID(appID); record != nil {
		return slices.Clone(record.federated)
	}
	return nil
}

// PutFederatedCredential adds a credential, or replaces the one with c.ID when that is set.
func (s *State) PutFederatedCredential(id string, c FederatedCredential) (FederatedCredential, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return FederatedCredential{}, err
	}
	if err := c.check(record.federated); err != nil {
		return FederatedCredential{}, err
	}
	if c.ID == "" {
		c.ID = uuid.NewString()
		record.federated = append(slices.Clone(record.federated), c)
		return c, nil
	}
	at := slices.IndexFunc(record.federated, func(o FederatedCredential) bool { return o.ID == c.ID })
	if at < 0 {
		return FederatedCredential{}, missing(c.ID)
	}
	if record.federated[at].Name != c.Name {
		return FederatedCredential{}, invalid("Property 'name' is immutable and cannot be changed.")
	}
	record.federated = slices.Clone(record.federated)
	record.federated[at] = c
	return c, nil
}

// RemoveFederatedCredential deletes a credential by id or name.
func (s *State) RemoveFederatedCredential(id, idOrName string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(record.federated), func(c FederatedCredential) bool { return c.ID == idOrName || c.Name == idOrName })
	if len(kept) == len(record.federated) {
		return missing(idOrName)
	}
	record.federated = kept
	return nil
}
