// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

// Person is what Teams needs to know of an account in the directory.
type Person struct {
	ID                string
	DisplayName       string
	UserPrincipalName string
	TenantID          string
	Licensed          bool // holds a licence with Teams in it; without one, nothing can be posted
}

// People looks an account up by object id or user principal name.
type People func(idOrUPN string) (Person, bool)

// Role is a member's role in a team.
type Role string

// The roles in a team. Graph spells a plain member as an empty list of roles.
const (
	Owner  Role = "owner"
	Member Role = "member"
)

// Membership is one person in a team.
type Membership struct {
	UserID string `json:"userId"`
	Role   Role   `json:"role"`
}
