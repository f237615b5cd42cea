// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestPeopleAreToldOnce(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	for i, want := range []bool{true, false, false} {
		s := one
		if i == 1 {
			s = two
		}
		if first, err := s.Tell(t.Context(), "refused:post:alex"); err != nil || first != want {
			t.Errorf("time %d: %v, %v", i, first, err)
		}
	}
	if first, err := two.Tell(t.Context(), "refused:post:blake"); err != nil || !first {
		t.Errorf("somebody else: %v, %v", first, err)
	}
}
