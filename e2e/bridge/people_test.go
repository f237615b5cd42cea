//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// inTeamsOnly makes <name>@demo.example, a member of the Teams team who has no Mattermost account.
func inTeamsOnly(t *testing.T, name string) (upn string) {
	t.Helper()
	if err := shared.NewTeamsUser(shared.teamsTeam.ID, name); err != nil {
		t.Fatal(err)
	}
	return stack.DemoCredentials(name).Login
}

// mirrorOf waits for the user that mirrors <name>@demo.example, and returns its id.
func (w *world) mirrorOf(t *testing.T, name string) (id string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		user, _, err := w.Mattermost.Client().GetUserByUsername(ctx, "msteams_"+name+"_demo", "")
		if err == nil {
			id = user.Id
		}
		return err
	})
	return id
}

// set changes settings of the plugin until the test ends.
func set(t *testing.T, settings map[string]any) {
	t.Helper()
	changed := maps.Clone(shared.settings)
	maps.Copy(changed, settings)
	if err := shared.ConfigurePlugin(t.Context(), shared.app, changed); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.Background(), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
}

// user reads a user as an admin sees it.
func readUser(t *testing.T, id string) *model.User {
	t.Helper()
	user, _, err := shared.Mattermost.Client().GetUser(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func portrait(t *testing.T, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPeopleWithoutAnAccountAreMirrored(t *testing.T) {
	l := newLink(t)
	upn := inTeamsOnly(t, "mira")
	if err := shared.Emulator.Directory().SetPhoto(upn, portrait(t, color.RGBA{R: 255, A: 255})); err != nil {
		t.Fatal(err)
	}
	message := l.say(t, upn, "", "<p>mira has no account</p>")
	post := l.post(t, "mira has no account")
	if post.Message != "mira has no account" {
		t.Errorf("the post shows %q", post.Message)
	}
	mira := readUser(t, post.UserId)
	if mira.Username != "msteams_mira_demo" || mira.Nickname != "mira Demo" || !mira.IsRemote() || mira.IsBot || mira.Email == upn ||
		mira.NotifyProps[model.EmailNotifyProp] != "false" || mira.Position != "Microsoft Teams" {
		t.Errorf("the author is %+v", mira)
	}
	for _, member := range []func() error{
		func() error {
			_, _, err := shared.Mattermost.Client().GetTeamMember(t.Context(), shared.team.Id, mira.Id, "")
			return err
		},
		func() error {
			_, _, err := shared.Mattermost.Client().GetChannelMember(t.Context(), l.channel.Id, mira.Id, "")
			return err
		},
	} {
		if err := member(); err != nil {
			t.Errorf("mira is no member: %v", err)
		}
	}
	eventually(t, func(ctx context.Context) error {
		if u, _, err := shared.Mattermost.Client().GetUser(ctx, mira.Id, ""); err != nil || u.LastPictureUpdate == 0 {
			return fmt.Errorf("mira has no picture yet (%w)", err)
		}
		return nil
	})

	// In Mattermost people answer, react to and edit what she wrote as anybody's.
	l.write(t, shared.alex, post.Id, "an answer to mira")
	if reply := l.message(t, "an answer to mira"); reply.ReplyToID == nil || *reply.ReplyToID != message.ID {
		t.Errorf("the answer replies to %v", reply.ReplyToID)
	}
	editInTeams(t, upn, message, "<p>mira says <strong>this</strong></p>")
	l.shows(t, post, "mira says **this**")
	if _, err := shared.Emulator.Teams().Delete(upn, l.say(t, upn, "", "<p>gone again</p>").Ref()); err != nil {
		t.Fatal(err)
	}

	// Several people without an account are several people.
	other := inTeamsOnly(t, "noel")
	for _, who := range []string{upn, other} {
		if _, err := shared.Emulator.Teams().React(who, message.Ref(), "👍"); err != nil {
			t.Fatal(err)
		}
	}
	var noel string
	eventually(t, func(ctx context.Context) error {
		all, err := reactions(ctx, post)
		if err != nil {
			return err
		}
		if len(all) != 2 || !slices.Contains(all, mira.Id+" +1") {
			return fmt.Errorf("reactions %q", all)
		}
		i := slices.IndexFunc(all, func(r string) bool { return r != mira.Id+" +1" })
		noel, _, _ = strings.Cut(all[i], " ")
		return nil
	})
	if u := readUser(t, noel); u.Nickname != "noel Demo" || !u.IsRemote() {
		t.Errorf("the other reaction is by %+v", u)
	}
	if _, err := shared.Emulator.Teams().Unreact(upn, message.Ref(), "👍"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		if all, err := reactions(ctx, post); err != nil || !slices.Equal(all, []string{noel + " +1"}) {
			return fmt.Errorf("reactions %q (%w)", all, err)
		}
		return nil
	})
	// What mirrored users do never goes to Teams.
	if posts, messages := l.counts(t); posts != 2 || messages > 3 {
		t.Errorf("%d posts and %d Teams messages", posts, messages)
	}
	if now, err := reactionsInTeams(message); err != nil || !slices.Equal(now, []string{"noel Demo 👍"}) {
		t.Errorf("Teams shows %q, %v", now, err)
	}
	// Nobody logs in as a mirrored user, even with a password.
	giveAlexsPassword(t, mira.Id)
	if err := passwordLogIn(t, mira.Username); err == nil {
		t.Error("somebody logged in as a mirrored user")
	}
}

// giveAlexsPassword gives a user the password that alex has, behind the server's back: the API does not do it.
func giveAlexsPassword(t *testing.T, user string) {
	t.Helper()
	execute(t, "UPDATE users SET password = (SELECT password FROM users WHERE id = $2) WHERE id = $1", user, shared.alex.ID)
	if _, err := shared.Mattermost.Client().InvalidateCaches(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, sql string, arguments ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), shared.Postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatal(err)
	}
}

// passwordLogIn logs in with the password that alex has.
func passwordLogIn(t *testing.T, username string) error {
	t.Helper()
	client := model.NewAPIv4Client(shared.Mattermost.URL)
	client.HTTPClient = shared.Mattermost.HTTPClient()
	_, _, err := client.Login(t.Context(), username, shared.alex.Password)
	return err
}

func TestGuestsAndOtherOrganisations(t *testing.T) {
	l := newLink(t)
	dir := shared.Emulator.Directory()
	upn := "gina_other.example#EXT#@demo.example"
	guest, err := dir.CreateUser(directory.Properties{}.Set("userPrincipalName", upn).Set("displayName", "Gina Guest").Set("mailNickname", "gina_other.example#EXT#").
		Set("mail", "gina@other.example").Set("userType", "Guest").Set("accountEnabled", true).Set("usageLocation", "US").
		Set("passwordProfile", map[string]any{"password": directory.DemoPassword, "forceChangePasswordNextSignIn": false}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dir.AssignLicenses(guest.ID, []directory.AssignedLicense{{SKUID: dir.SKUs()[0].SKUID}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := shared.Emulator.Teams().AddMember(shared.teamsTeam.ID, guest.ID, teams.Member); err != nil {
		t.Fatal(err)
	}
	l.say(t, guest.ID, "", "<p>gina before</p>")
	l.say(t, olga, "", "<p>olga before</p>")
	bot := shared.bridgeBot(t)
	for text, want := range map[string]string{"gina before": "**Gina Guest:** gina before", "olga before": "**Olga Other:** olga before"} {
		if post := l.post(t, text); post.UserId != bot || post.Message != want {
			t.Errorf("the post of somebody who is not to be mirrored is %q by %s", post.Message, post.UserId)
		}
	}
	set(t, map[string]any{"syncguestusers": true})
	l.say(t, guest.ID, "", "<p>gina after</p>")
	l.say(t, olga, "", "<p>olga after</p>")
	for text, want := range map[string]string{"gina after": "Gina Guest", "olga after": "Olga Other"} {
		post := l.post(t, text)
		if u := readUser(t, post.UserId); u.Nickname != want || post.Message != text || u.Email == "gina@other.example" {
			t.Errorf("the post %q is by %+v", post.Message, u)
		}
	}
}

func TestWhoeverConnectsTakesThePlaceOfTheMirror(t *testing.T) {
	l := newLink(t)
	upn := inTeamsOnly(t, "paula")
	// Somebody with the address is there and is not taken for her.
	paula, err := shared.Mattermost.NewUser(t.Context(), "paula")
	if err != nil {
		t.Fatal(err)
	}
	l.say(t, upn, "", "<p>paula before</p>")
	before := l.post(t, "paula before")
	if before.UserId == paula.ID || !readUser(t, before.UserId).IsRemote() {
		t.Errorf("before she connects, her message is by %s", before.UserId)
	}
	if err := shared.Connect(t.Context(), paula, stack.DemoCredentials("paula")); err != nil {
		t.Fatal(err)
	}
	l.say(t, upn, "", "<p>paula after</p>")
	if after := l.post(t, "paula after"); after.UserId != paula.ID {
		t.Errorf("after she has connected, her message is by %s", after.UserId)
	}
	if mirror := readUser(t, before.UserId); mirror.DeleteAt == 0 {
		t.Error("the mirrored user is still active")
	}
	if posts, _ := l.counts(t); posts != 2 {
		t.Errorf("%d posts, want 2", posts)
	}
}

func TestUsersAreBroughtUpToDate(t *testing.T) {
	l := newLink(t)
	mark, nora := inTeamsOnly(t, "mark"), inTeamsOnly(t, "norma")
	l.say(t, mark, "", "<p>from mark</p>")
	l.say(t, nora, "", "<p>from nora</p>")
	markID, noraID := l.post(t, "from mark").UserId, l.post(t, "from nora").UserId
	dir := shared.Emulator.Directory()
	if _, err := dir.UpdateUser(mark, directory.Properties{}.Set("displayName", "Mark Married")); err != nil {
		t.Fatal(err)
	}
	if err := dir.DeleteUser(nora); err != nil {
		t.Fatal(err)
	}
	set(t, map[string]any{"syncusers": 1})
	eventuallyWithin(t, 2*arrivesWithin, func(ctx context.Context) error {
		m, n := readUser(t, markID), readUser(t, noraID)
		if m.Nickname != "Mark Married" || m.DeleteAt != 0 || n.DeleteAt == 0 {
			return fmt.Errorf("mark is %q (deactivated %d), nora deactivated %d", m.Nickname, m.DeleteAt, n.DeleteAt)
		}
		return nil
	})
	l.say(t, mark, "", "<p>mark goes on</p>")
	if post := l.post(t, "mark goes on"); post.UserId != markID {
		t.Errorf("mark's next message is by %s", post.UserId)
	}
}

// TestUsersAreThereBeforeTheyAreSeen: with the synchronisation on, people of the tenant can be mentioned and written to who never
// wrote, and log in as themselves; but for those whom the settings leave out, and who is here already.
func TestUsersAreThereBeforeTheyAreSeen(t *testing.T) {
	l := newLink(t)
	upn, stranger, here := inTeamsOnly(t, "umbra"), inTeamsOnly(t, "strange"), inTeamsOnly(t, "present")
	for who, mail := range map[string]string{stranger: "strange@other.example", here: here} {
		if _, err := shared.Emulator.Directory().UpdateUser(who, directory.Properties{}.Set("mail", mail)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := shared.Mattermost.NewUser(t.Context(), "present"); err != nil { // present@demo.example
		t.Fatal(err)
	}
	guest := "gus_other.example#EXT#@demo.example"
	if _, err := shared.Emulator.Directory().CreateUser(directory.Properties{}.Set("userPrincipalName", guest).Set("displayName", "Gus Demo").Set("mailNickname", "gus_other.example#EXT#").
		Set("mail", "gus@demo.example").Set("userType", "Guest").Set("accountEnabled", true).Set("passwordProfile", map[string]any{"password": directory.DemoPassword})); err != nil {
		t.Fatal(err)
	}
	last := inTeamsOnly(t, "zuletzt")
	withChats(t, map[string]any{
		"syncusers": 1, "syncusersdomains": "demo.example", "automaticallypromotesyntheticusers": true, "syntheticuserauthservice": "saml", "syntheticuserauthdata": "ID",
	})
	watched(t, shared.alex)
	client := shared.Mattermost.Client()
	mirrored := func(ctx context.Context, name string) (*model.User, error) {
		user, _, err := client.GetUserByUsername(ctx, "msteams_"+name+"_demo", "")
		return user, err
	}
	var umbra *model.User
	eventuallyWithin(t, 4*arrivesWithin, func(ctx context.Context) (err error) {
		if _, err := mirrored(ctx, "zuletzt"); err != nil {
			return fmt.Errorf("%s is not there: %w", last, err)
		}
		umbra, err = mirrored(ctx, "umbra")
		return err
	})
	for _, name := range []string{"strange", "present", "gus"} {
		if user, err := mirrored(t.Context(), name); err == nil {
			t.Errorf("%s is mirrored by %s", name, user.Id)
		}
	}
	if umbra.Nickname != "umbra Demo" || !umbra.IsRemote() || umbra.Email == upn {
		t.Errorf("umbra is %+v", umbra)
	}

	l.write(t, shared.alex, "", "hello @"+umbra.Username)
	if m := l.message(t, "hello"); len(m.Mentions) != 1 || m.Mentions[0].Mentioned.User == nil || m.Mentions[0].Mentioned.User.ID != teamsID(t, "umbra") {
		t.Errorf("the mentions are %+v", m.Mentions)
	}
	if answer, err := shared.Command(t.Context(), shared.alex, l.channel.Id, "/msteams-sync chat @"+umbra.Username); err != nil || !strings.Contains(answer, "is open") {
		t.Fatalf("the command answers %q, %v", answer, err)
	}
	channel, _, err := shared.alex.Client.GetChannelByName(t.Context(), model.GetDMNameFromIds(shared.alex.ID, umbra.Id), shared.team.Id, "")
	if err != nil {
		t.Fatal(err)
	}
	direct := &link{channel: channel}
	direct.write(t, shared.alex, "", "alex to umbra")
	direct.place.Chat = chatBetween(t, "alex", "umbra").ID
	direct.message(t, "alex to umbra")
	if err := samlLogIn(t, umbra.Id); err != nil {
		t.Fatal(err)
	}
	if now := readUser(t, umbra.Id); now.IsRemote() || now.DeleteAt != 0 {
		t.Errorf("after the first log-in umbra is %+v", now)
	}
}

func TestPromotedUsersAreRegularOnes(t *testing.T) {
	l := newLink(t)
	upn, other := inTeamsOnly(t, "rosa"), inTeamsOnly(t, "sara")
	for _, who := range []string{upn, other} {
		if _, err := shared.Emulator.Directory().UpdateUser(who, directory.Properties{}.Set("mail", who)); err != nil {
			t.Fatal(err)
		}
	}
	l.say(t, upn, "", "<p>from rosa</p>")
	l.say(t, other, "", "<p>from sara</p>")
	rosa, sara := readUser(t, l.post(t, "from rosa").UserId), readUser(t, l.post(t, "from sara").UserId)
	if _, err := shared.Mattermost.NewUser(t.Context(), "sara"); err != nil { // sara@demo.example
		t.Fatal(err)
	}
	admin := shared.Mattermost.Admin()
	for _, c := range [][2]string{
		{sara.Username + " sara2", "Another Mattermost user has the e-mail address"},
		{rosa.Username + " alex", "is taken"},
		{"alex rosa", "no mirrored user"},
		{rosa.Username + " rosa", "is a regular user now"},
	} {
		command, want := "/msteams-sync promote "+c[0], c[1]
		answer, err := shared.Command(t.Context(), admin, l.channel.Id, command)
		if err != nil || !strings.Contains(answer, want) {
			t.Errorf("%s answered %q, %v", command, answer, err)
		}
	}
	if now := readUser(t, rosa.Id); now.Username != "rosa" || now.Email != upn || now.IsRemote() || now.NotifyProps[model.EmailNotifyProp] != "true" {
		t.Errorf("rosa is %+v", now)
	}
	l.say(t, upn, "", "<p>rosa goes on</p>")
	if post := l.post(t, "rosa goes on"); post.UserId != rosa.Id {
		t.Errorf("rosa's next message is by %s", post.UserId)
	}
	giveAlexsPassword(t, rosa.Id)
	if err := passwordLogIn(t, "rosa"); err != nil {
		t.Errorf("rosa cannot log in: %v", err)
	}
	// It is an account like any other, which can be connected.
	if err := shared.Connect(t.Context(), &stack.User{ID: rosa.Id, Username: "rosa", Password: shared.alex.Password, Client: clientOf(t, "rosa")}, stack.DemoCredentials("rosa")); err != nil {
		t.Fatal(err)
	}
	l.say(t, upn, "", "<p>rosa is connected</p>")
	if post := l.post(t, "rosa is connected"); post.UserId != rosa.Id {
		t.Errorf("rosa's message is by %s", post.UserId)
	}
	if now := readUser(t, rosa.Id); now.DeleteAt != 0 {
		t.Error("rosa was deactivated")
	}
}

// clientOf is a client that is logged in as somebody who has alex's password.
func clientOf(t *testing.T, username string) *model.Client4 {
	t.Helper()
	client := model.NewAPIv4Client(shared.Mattermost.URL)
	client.HTTPClient = shared.Mattermost.HTTPClient()
	if _, _, err := client.Login(t.Context(), username, shared.alex.Password); err != nil {
		t.Fatal(err)
	}
	return client
}

func TestMirroredUsersArePromotedAtTheFirstLogIn(t *testing.T) {
	set(t, map[string]any{"automaticallypromotesyntheticusers": true, "syntheticuserauthservice": "saml", "syntheticuserauthdata": "ID"})
	l := newLink(t)
	upn, other := inTeamsOnly(t, "theo"), inTeamsOnly(t, "uma")
	if _, err := shared.Emulator.Directory().UpdateUser(other, directory.Properties{}.Set("mail", other)); err != nil {
		t.Fatal(err)
	}
	if _, err := shared.Mattermost.NewUser(t.Context(), "uma"); err != nil { // has the address
		t.Fatal(err)
	}
	l.say(t, upn, "", "<p>from theo</p>")
	l.say(t, other, "", "<p>from uma</p>")
	theo, uma := readUser(t, l.post(t, "from theo").UserId), readUser(t, l.post(t, "from uma").UserId)
	entra, _ := shared.Emulator.Directory().User(upn)
	if theo.AuthService != "saml" || theo.AuthData == nil || *theo.AuthData != entra.ID {
		t.Errorf("theo would log in by %q with %v, want saml and the object id", theo.AuthService, theo.AuthData)
	}
	if uma.AuthService != "" {
		t.Errorf("uma has an account already, and would log in to the mirrored user by %q", uma.AuthService)
	}
	// By a way that does not prove who it is, nobody gets in.
	giveAlexsPassword(t, uma.Id)
	if err := passwordLogIn(t, uma.Username); err == nil {
		t.Error("somebody logged in with a password")
	}
	if err := samlLogIn(t, theo.Id); err != nil {
		t.Fatal(err)
	}
	if now := readUser(t, theo.Id); now.IsRemote() || now.Username != theo.Username || now.DeleteAt != 0 {
		t.Errorf("theo is %+v", now)
	}
	l.say(t, upn, "", "<p>theo goes on</p>")
	if post := l.post(t, "theo goes on"); post.UserId != theo.Id {
		t.Errorf("theo's next message is by %s", post.UserId)
	}
}

// samlLogIn logs somebody in as the desktop application does after a log-in by SAML in the browser, with the token that the
// browser was given: the server under test knows no SAML itself.
func samlLogIn(t *testing.T, user string) error {
	t.Helper()
	token := model.NewRandomString(64)
	execute(t, "INSERT INTO desktoptokens (token, userid, createat) VALUES ($1, $2, $3)", token, user, time.Now().Unix())
	client := model.NewAPIv4Client(shared.Mattermost.URL)
	client.HTTPClient = shared.Mattermost.HTTPClient()
	resp, err := client.DoAPIPost(t.Context(), "/users/login/desktop_token", fmt.Sprintf(`{"token": %q}`, token))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestSettingsChooseWhoIsMirrored(t *testing.T) {
	l := newLink(t)
	upn := inTeamsOnly(t, "wanda")
	set(t, map[string]any{"syncusersdomains": "other.example"})
	l.say(t, upn, "", "<p>wanda outside</p>")
	if post := l.post(t, "wanda outside"); post.UserId != shared.bridgeBot(t) || post.Message != "**wanda Demo:** wanda outside" {
		t.Errorf("the post %q is by %s, want the plugin's bot", post.Message, post.UserId)
	}
	// A team's members are those of its group.
	set(t, map[string]any{"syncusersdomains": "demo.example", "syncusersgroups": string(shared.teamsTeam.ID)})
	message := l.say(t, upn, "", "<p>wanda inside</p>")
	post := l.post(t, "wanda inside")
	if u := readUser(t, post.UserId); u.Nickname != "wanda Demo" || post.Message != "wanda inside" {
		t.Errorf("the post %q is by %+v", post.Message, u)
	}
	// What was posted under the bot keeps its name when it is edited.
	messages, err := l.messages(t.Context())
	if err != nil || len(messages) != 2 || messages[1].ID != message.ID {
		t.Fatalf("%d messages, %v", len(messages), err)
	}
	editInTeams(t, upn, messages[0], "<p>wanda outside, edited</p>")
	l.shows(t, l.post(t, "wanda outside"), "**wanda Demo:** wanda outside, edited")
}

// A server opens no direct message with a remote user by itself.
func TestAChatWithAMirroredPersonIsADirectMessage(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex)
	upn := inTeamsOnly(t, "xaver")
	chat := newChat(t, teams.OneOnOne, "alex", "xaver")
	l := &link{place: teams.Place{Chat: chat.ID}}
	l.say(t, upn, "", "<p>xaver says hello</p>")
	xaver := shared.mirrorOf(t, "xaver")
	eventually(t, func(ctx context.Context) error {
		channel, _, err := shared.alex.Client.GetChannelByName(ctx, model.GetDMNameFromIds(shared.alex.ID, xaver), shared.team.Id, "")
		l.channel = channel
		return err
	})
	eventually(t, func(ctx context.Context) error {
		list, _, err := shared.alex.Client.GetPostsForChannel(ctx, l.channel.Id, 0, 10, "", false, false)
		if err != nil {
			return err
		}
		for _, post := range list.Posts {
			if post.Message == "xaver says hello" && post.UserId == xaver {
				return nil
			}
		}
		return fmt.Errorf("%d posts", len(list.Posts))
	})
	l.write(t, shared.alex, "", "alex answers xaver")
	if message := l.message(t, "alex answers xaver"); message.From.User.DisplayName != "Alex Demo" {
		t.Errorf("the answer is by %q", message.From.User.DisplayName)
	}
	if u := readUser(t, xaver); !u.IsRemote() {
		t.Error("the mirrored user is no remote one any more")
	}
}
