// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// changed reads all that changed since the link, as "name" and "✗ id", sorted, and where to go on.
func changed(t *testing.T, client *teams.Client, link string) (list []string, next string, pages int) {
	t.Helper()
	for more := true; more; pages++ {
		var profiles []teams.Profile
		var err error
		if profiles, link, more, err = client.ProfileChanges(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		for _, p := range profiles {
			if p.Removed != nil {
				list = append(list, "✗ "+string(p.ID))
			} else {
				list = append(list, p.DisplayName)
			}
		}
	}
	slices.Sort(list)
	return list, link, pages
}

func newUser(t *testing.T, tenant *teamstest.Tenant, name string) directory.User {
	t.Helper()
	user, err := tenant.Directory().CreateUser(directory.Properties{}.Set("userPrincipalName", name+"@demo.example").Set("displayName", name).Set("mailNickname", name).
		Set("accountEnabled", true).Set("passwordProfile", map[string]any{"password": directory.DemoPassword}))
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func TestChangesOfUsers(t *testing.T) {
	tenant := teamstest.Start(t)
	client, dir := tenant.Client(t, nil), tenant.Directory()
	gone := newUser(t, tenant, "gone")
	if err := dir.DeleteUser(gone.ID); err != nil {
		t.Fatal(err)
	}
	list, link, _ := changed(t, client, "")
	if want := []string{"Admin Demo", "Alex Demo", "Blake Demo"}; !slices.Equal(list, want) {
		t.Errorf("at first %q, want %q", list, want)
	}
	if list, link, _ = changed(t, client, link); len(list) > 0 {
		t.Errorf("nothing changed, and %q is listed", list)
	}
	if _, err := dir.UpdateUser("alex@demo.example", directory.Properties{}.Set("displayName", "Alexis")); err != nil {
		t.Fatal(err)
	}
	blake, _ := dir.User("blake@demo.example")
	if err := dir.DeleteUser(blake.ID); err != nil {
		t.Fatal(err)
	}
	newUser(t, tenant, "Newcomer")
	if list, link, _ = changed(t, client, link); !slices.Equal(list, []string{"Alexis", "Newcomer", "✗ " + blake.ID}) {
		t.Errorf("then %q", list)
	}
	for i := range 150 {
		newUser(t, tenant, fmt.Sprintf("u%03d", i))
	}
	if list, _, pages := changed(t, client, link); len(list) != 150 || pages != 2 {
		t.Errorf("%d users on %d pages", len(list), pages)
	}
}

func TestProfilesAndPictures(t *testing.T) {
	tenant := teamstest.Start(t)
	client, dir := tenant.Client(t, nil), tenant.Directory()
	alex, _ := dir.User("alex@demo.example")
	id := bridge.TeamsUserID(alex.ID)
	p, err := client.Profile(t.Context(), id)
	if err != nil || p.DisplayName != "Alex Demo" || p.GivenName != "Alex" || p.Mail != "alex@demo.example" || p.Guest() || p.Gone() {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := dir.UpdateUser(alex.ID, directory.Properties{}.Set("accountEnabled", false).Set("userType", "Guest")); err != nil {
		t.Fatal(err)
	}
	if p, err := client.Profile(t.Context(), id); err != nil || !p.Guest() || !p.Gone() {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := client.Photo(t.Context(), id); bridge.ClassOf(err) != bridge.NotFound {
		t.Errorf("without a picture: %v", err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	if err := dir.SetPhoto(alex.ID, picture.Bytes()); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Photo(t.Context(), id); err != nil || !bytes.Equal(got, picture.Bytes()) {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	team := string(tenant.Channel.Team)
	if members, err := client.GroupMembers(t.Context(), team); err != nil || len(members) != 3 || !slices.ContainsFunc(members, func(p teams.Profile) bool { return p.ID == id && p.Gone() && p.UPN != "" }) {
		t.Errorf("members %v, %v", members, err)
	}
	for _, role := range dir.Assignments() {
		permission, known := catalog.ByID(catalog.Application, role.AppRoleID)
		if known && permission.Name == "User.Read.All" {
			if err := dir.Unassign(role.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	without := tenant.Client(t, nil)
	_, profileErr := without.Profile(t.Context(), id)
	_, photoErr := without.Photo(t.Context(), id)
	_, _, _, changesErr := without.ProfileChanges(t.Context(), "")
	for what, err := range map[string]error{"profile": profileErr, "photo": photoErr, "changes": changesErr} {
		if f, ok := err.(*bridge.Failure); !ok || f.Status != http.StatusForbidden { //nolint:errorlint // that is what it is
			t.Errorf("%s without User.Read.All: %v", what, err)
		}
	}
}

func TestWhoWritesFromElsewhere(t *testing.T) {
	w := newWorld(t)
	if err := w.Teams().AddForeigner(emulated.Person{ID: "olga", DisplayName: "Olga", UserPrincipalName: "olga@other.example", TenantID: "other", Licensed: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.Teams().AddMember(w.Place.Team, "olga", emulated.Member); err != nil {
		t.Fatal(err)
	}
	for as, want := range map[string]bridge.Sender{
		"olga":              {User: "olga", Name: "Olga", Tenant: "other"},
		"alex@demo.example": {Name: "Alex Demo", Tenant: directory.DemoTenantID},
	} {
		m, err := w.Teams().Post(as, w.Place, "", emulated.Draft{Body: emulated.HTML("<p>x</p>")})
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Message(t.Context(), bridge.MessageRef{Conversation: w.place(), ID: bridge.TeamsMessageID(m.ID)})
		if want.User == "" {
			want.User = got.From.User
		}
		if err != nil || got.From != want {
			t.Errorf("%s: %+v, %v", as, got.From, err)
		}
	}
	got, err := teams.ReadMessage([]byte(`{"id": "1", "from": {"user": {"id": "4:+1555", "displayName": "+1 555", "userIdentityType": "phoneUser"}}}`), w.place())
	if err != nil || !got.From.Anonymous {
		t.Errorf("a phone: %+v, %v", got.From, err)
	}
}
