// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

// AddForeigner makes somebody of another tenant known, who writes here by federation or in a shared channel. The person is in
// no directory of this tenant: only the messages tell name and tenant.
func (s *State) AddForeigner(p Person) error {
	if p.ID == "" || p.TenantID == "" || p.TenantID == s.tenant {
		return refuse(Invalid, "Somebody of another tenant needs an id and that tenant's id.")
	}
	s.foreignersMu.Lock()
	defer s.foreignersMu.Unlock()
	if s.foreigners == nil {
		s.foreigners = map[string]Person{}
	}
	s.foreigners[p.ID], s.foreigners[p.UserPrincipalName] = p, p
	return nil
}

// person looks somebody up, in the directory first.
func (s *State) person(idOrUPN string) (Person, bool) {
	if p, ok := s.people(idOrUPN); ok {
		return p, true
	}
	s.foreignersMu.RLock()
	defer s.foreignersMu.RUnlock()
	p, ok := s.foreigners[idOrUPN]
	return p, ok
}
