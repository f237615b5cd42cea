// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

func TestImportedSecretsHaveValidArguments(t *testing.T) {
	start := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	for want, end := range map[string]time.Time{
		"17520h": start.AddDate(2, 0, 0), // with a leap day
		"4320h":  start.Add(4320*time.Hour + 20*time.Minute),
		"1h":     start.Add(time.Minute),
	} {
		if got := validityOf(entra.Password{Start: start, End: end}).ValueString(); got != want {
			t.Errorf("from %s to %s is %s, want %s", start, end, got, want)
		}
	}
	for _, test := range []struct{ state, portal, want string }{
		{"", "by hand", "by hand"}, {"declared", "renamed", "renamed"}, {"declared", "", "declared"}, {"", "", defaultSecretDescription},
	} {
		state := types.StringNull()
		if test.state != "" {
			state = types.StringValue(test.state)
		}
		if got := describedAs(state, entra.Password{DisplayName: test.portal}).ValueString(); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
