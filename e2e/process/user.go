// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"fmt"
	"os/user"
	"strconv"
)

// User is an operating system account to run a child as.
type User struct {
	Name     string
	UID, GID uint32
}

// LookupUser returns the first of the named accounts that exists.
func LookupUser(names ...string) (*User, error) {
	for _, name := range names {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s has the id %q: %w", name, found.Uid, err)
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %s has the group %q: %w", name, found.Gid, err)
		}
		return &User{Name: name, UID: uint32(uid), GID: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("none of the users %v exists on this machine", names)
}
