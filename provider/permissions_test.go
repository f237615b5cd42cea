// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const channelMessageSend = "ebf0f66e-9fb1-49e4-a278-222f76911cf4"

func TestUnknownPermissionNamesTheNearest(t *testing.T) {
	for _, test := range []struct {
		kind    catalog.Kind
		byName  bool
		written string
		says    []string // nil = valid
	}{
		{catalog.Delegated, false, "ChannelMessage.Send", nil},
		{catalog.Delegated, false, "channelmessage.send", nil},
		{catalog.Delegated, false, "id:" + channelMessageSend, nil},
		{catalog.Delegated, true, "id:" + channelMessageSend, nil},
		{catalog.Application, false, "id:01234567-89ab-cdef-0123-456789abcdef", nil},
		{catalog.Delegated, false, "ChannelMessages.Send", []string{`Did you mean "ChannelMessage.Send"?`, "id: and its GUID"}},
		{catalog.Application, false, "ChannelMessage.Send", []string{"as a delegated permission only"}},
		{catalog.Application, false, "id:not-a-guid", []string{"not the name"}},
		{catalog.Delegated, true, "id:01234567-89ab-cdef-0123-456789abcdef", []string{"not the name"}},
	} {
		var resp validator.StringResponse
		permissionValidator{test.kind, test.byName}.ValidateString(t.Context(), validator.StringRequest{
			Path: path.Root("delegated_permissions"), ConfigValue: types.StringValue(test.written),
		}, &resp)
		if resp.Diagnostics.HasError() != (test.says != nil) {
			t.Errorf("%s %q: %v", test.kind, test.written, resp.Diagnostics)
			continue
		}
		for _, words := range test.says {
			if detail := resp.Diagnostics[0].Detail(); !strings.Contains(detail, words) {
				t.Errorf("%s %q: %q does not say %q", test.kind, test.written, detail, words)
			}
		}
	}
}

func TestRefreshKeepsTheConfigurationsSpelling(t *testing.T) {
	var diags diag.Diagnostics
	prior := setOf([]string{"channelmessage.SEND", "id:e1fe6dd8-ba31-4d61-89e7-88639da4683d"}) // the second is User.Read
	remote := permissionNames(catalog.Delegated, []string{channelMessageSend, "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "01234567-89ab-cdef-0123-456789abcdef"})
	got := delegatedSpelling.refresh(t.Context(), prior, remote, &diags)
	want := setOf([]string{"channelmessage.SEND", "id:e1fe6dd8-ba31-4d61-89e7-88639da4683d", "id:01234567-89ab-cdef-0123-456789abcdef"})
	if !got.Equal(want) || diags.HasError() {
		t.Fatalf("got %v, want %v (%v)", got, want, diags)
	}
}

func TestSpellingComparesAsSets(t *testing.T) {
	if !delegatedSpelling.sameItems([]string{"User.Read", "id:" + channelMessageSend}, []string{"ChannelMessage.Send", "user.read", "USER.READ"}) {
		t.Error("the same permissions in other words should be equal")
	}
	if delegatedSpelling.sameItems([]string{"User.Read"}, []string{"User.Read", "Mail.Read"}) {
		t.Error("an extra permission should differ, also one that the catalogue does not know")
	}
}
