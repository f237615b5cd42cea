//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package takeover_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	graph "github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

var shared *stack.Stack

func TestMain(m *testing.M) {
	os.Exit(stack.Run(m, stack.Options{}, func(s *stack.Stack) { shared = s }))
}

const (
	encryptionKey = "0123456789abcdefghijklmnopqrstuv"
	webhookSecret = "the-predecessors-webhook-secret-"
)

// installation is a server with a plugin of the same id that was at work until now: its tables are there, Graph still has
// its subscription, and it is gone.
type installation struct {
	t           *testing.T
	db          *pgx.Conn
	app         stack.Registration
	graph       *graph.Client
	alex, blake *stack.User
	channel     *model.Channel
	place       teams.Place
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	ctx, mm, cloud := t.Context(), shared.Mattermost, shared.Emulator
	cloud.Subscriptions().SetSettings(notify.Settings{RetryBase: 50 * time.Millisecond, RetryMax: time.Second})
	in := &installation{t: t}
	var err error
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in.db, err = pgx.Connect(ctx, shared.Postgres.DSN)
	must(err)
	t.Cleanup(func() { _ = in.db.Close(context.WithoutCancel(ctx)) })
	in.app, err = shared.RegisterApplication()
	must(err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(cloud.CAPEM())
	in.graph = graph.New(graph.Config{LoginURL: cloud.URL(), GraphURL: cloud.URL(), TenantID: cloud.Directory().Tenant().ID, ClientID: in.app.ClientID, ClientSecret: in.app.Secret, Trusted: trusted})
	t.Cleanup(in.graph.Close)
	in.alex, err = mm.NewUser(ctx, "alex")
	must(err)
	in.blake, err = mm.NewUser(ctx, "msteams_blake") // one that the predecessor made for somebody without an account
	must(err)
	team, err := mm.NewTeam(ctx, "town", mm.Admin(), in.alex, in.blake)
	must(err)
	in.channel, err = mm.NewChannel(ctx, team.Id, "square", mm.Admin(), in.alex, in.blake)
	must(err)
	in.place.Team = cloud.Teams().Teams()[0].ID
	there, err := cloud.Teams().AddChannel(in.place.Team, "", "square", "")
	must(err)
	in.place.Channel = there.ID
	tables, err := repository.Path("plugin", "takeover", "testdata", "predecessor.sql")
	must(err)
	sql, err := os.ReadFile(tables)
	must(err)
	in.exec(string(sql))
	return in
}

func (in *installation) exec(sql string, arguments ...any) {
	in.t.Helper()
	if _, err := in.db.Exec(in.t.Context(), sql, arguments...); err != nil {
		in.t.Fatal(err)
	}
}

// connected keeps a person's token as the predecessor did.
func (in *installation) connected(user, name string) {
	in.t.Helper()
	who := stack.DemoCredentials(name)
	token, err := in.graph.PasswordGrant(in.t.Context(), who.Login, who.Password)
	if err != nil {
		in.t.Fatal(err)
	}
	me, err := in.graph.Me(in.t.Context(), token.AccessToken)
	if err != nil {
		in.t.Fatal(err)
	}
	plain, err := json.Marshal(token)
	if err != nil {
		in.t.Fatal(err)
	}
	block, err := aes.NewCipher([]byte(encryptionKey))
	if err != nil {
		in.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		in.t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	in.exec("INSERT INTO msteamssync_users (mmuserid, msteamsuserid, token, lastconnectat) VALUES ($1, $2, $3, $4)",
		user, string(me.ID), base64.URLEncoding.EncodeToString(gcm.Seal(nonce, nonce, plain, nil)), time.Now().UnixMicro())
}

// carried is a pair of post and message that the predecessor carried.
func (in *installation) carried(as *stack.User, from, text string, root string, above teams.MessageID) (*model.Post, *teams.Message) {
	in.t.Helper()
	post, _, err := as.Client.CreatePost(in.t.Context(), &model.Post{ChannelId: in.channel.Id, RootId: root, Message: text})
	if err != nil {
		in.t.Fatal(err)
	}
	message, err := shared.Emulator.Teams().Post(from, in.place, above, teams.Draft{Body: teams.HTML("<p>" + text + "</p>")})
	if err != nil {
		in.t.Fatal(err)
	}
	in.exec("INSERT INTO msteamssync_posts VALUES ($1, $2, $3, $4)", post.Id, string(message.ID), string(in.place.Channel), time.Now().UnixMicro())
	return post, message
}

func (in *installation) eventually(check func(context.Context) error) {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), time.Minute)
	defer cancel()
	if err := process.Until(ctx, check); err != nil {
		in.t.Fatal(err)
	}
}

func (in *installation) postShows(id, text string) {
	in.t.Helper()
	in.eventually(func(ctx context.Context) error {
		post, _, err := shared.Mattermost.Client().GetPost(ctx, id, "")
		if err == nil && post.Message != text {
			err = fmt.Errorf("the post shows %q, want %q", post.Message, text)
		}
		return err
	})
}

func (in *installation) messageShows(ref teams.Ref, text string) {
	in.t.Helper()
	in.eventually(func(context.Context) error {
		message, err := shared.Emulator.Teams().Message(ref)
		if err == nil && !strings.Contains(message.Text(), text) {
			err = fmt.Errorf("the message shows %q, want %q", message.Text(), text)
		}
		return err
	})
}

func (in *installation) edit(ref teams.Ref, as, html string) {
	in.t.Helper()
	body := teams.HTML(html)
	if _, err := shared.Emulator.Teams().Edit(as, ref, teams.Edit{Body: &body}); err != nil {
		in.t.Fatal(err)
	}
}

// posts are the texts of the channel.
func (in *installation) posts(ctx context.Context) (texts []string, err error) {
	list, _, err := shared.Mattermost.Client().GetPostsForChannel(ctx, in.channel.Id, 0, 200, "", false, false)
	if err != nil {
		return nil, err
	}
	for _, id := range list.Order {
		if post := list.Posts[id]; !post.IsSystemMessage() {
			texts = append(texts, post.Message)
		}
	}
	return texts, nil
}

func count(texts []string, text string) (n int) {
	for _, t := range texts {
		if strings.Contains(t, text) {
			n++
		}
	}
	return n
}

type status struct {
	Bridging bool `json:"bridging"`
	TakeOver struct {
		State                                                  string
		Links, Accounts, Bots, Subscriptions, Messages, Copies int
		Left                                                   []struct{ What, Reason string }
	} `json:"take_over"`
	Subscriptions []struct{ State string }
}

func (in *installation) status(ctx context.Context) (s status, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, catalog.PluginURL(shared.Mattermost.URL, "/api/v1/status"), nil)
	if err != nil {
		return s, err
	}
	request.Header.Set("Authorization", "Bearer "+shared.Mattermost.AdminToken)
	resp, err := shared.Mattermost.HTTPClient().Do(request)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(body, &s)
}

func TestAnotherPluginsInstallationIsTakenOver(t *testing.T) {
	in := newInstallation(t)
	ctx := t.Context()
	root, rootMessage := in.carried(in.alex, "alex@demo.example", "root by alex", "", "")
	reply, replyMessage := in.carried(in.blake, "blake@demo.example", "reply by blake", root.Id, rootMessage.ID)
	twice, twiceMessage := in.carried(in.blake, "blake@demo.example", "posted twice", "", "")
	copied, _, err := in.blake.Client.CreatePost(ctx, &model.Post{ChannelId: in.channel.Id, Message: "posted twice"})
	if err != nil {
		t.Fatal(err)
	}
	in.exec("INSERT INTO msteamssync_posts VALUES ($1, $2, $3, $4)", copied.Id, string(twiceMessage.ID), string(in.place.Channel), time.Now().UnixMicro())
	in.exec("INSERT INTO msteamssync_links VALUES ($1, $2, $3, $4, $5)", in.channel.Id, in.channel.TeamId, string(in.place.Channel), string(in.place.Team), in.alex.ID)
	in.connected(in.alex.ID, "alex")

	// Without settings nothing can be taken over yet; what Graph sends meanwhile it has to send again.
	if err := shared.InstallPlugin(ctx); err != nil {
		t.Fatal(err)
	}
	old, err := in.graph.Subscribe(ctx, graph.Subscription{
		ChangeType: "created,deleted,updated", Resource: fmt.Sprintf("/teams/%s/channels/%s/messages", in.place.Team, in.place.Channel), ClientState: webhookSecret,
		ExpiresAt: time.Now().Add(2 * time.Hour).UTC(), NotificationURL: catalog.PluginURL(shared.Mattermost.URL, catalog.RouteChanges),
		LifecycleNotificationURL: catalog.PluginURL(shared.Mattermost.URL, catalog.RouteLifecycle),
	})
	if err != nil {
		t.Fatal(err)
	}
	in.exec("INSERT INTO msteamssync_subscriptions (subscriptionid, type, msteamsteamid, msteamschannelid, secret, expireson) VALUES ($1, 'channel', $2, $3, $4, $5)",
		old.ID, string(in.place.Team), string(in.place.Channel), webhookSecret, time.Now().Add(2*time.Hour).UnixMicro())
	if s, err := in.status(ctx); err != nil || s.TakeOver.State != "pending" || s.Bridging {
		t.Errorf("before the settings: %+v, %v", s, err)
	}
	if _, err := shared.Emulator.Teams().Post("blake@demo.example", in.place, "", teams.Draft{Body: teams.HTML("<p>said in between</p>")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := in.alex.Client.CreatePost(ctx, &model.Post{ChannelId: in.channel.Id, Message: "written in between"}); err != nil {
		t.Fatal(err)
	}
	if err := shared.ConfigurePlugin(ctx, in.app, map[string]any{"encryptionkey": encryptionKey, "webhooksecret": webhookSecret}); err != nil {
		t.Fatal(err)
	}
	in.eventually(func(ctx context.Context) error {
		s, err := in.status(ctx)
		if err == nil && (s.TakeOver.State != "done" || !s.Bridging) {
			err = fmt.Errorf("the status is %+v", s)
		}
		return err
	})
	s, err := in.status(ctx)
	if took := s.TakeOver; err != nil || took.Links != 1 || took.Accounts != 1 || took.Subscriptions != 1 || took.Messages != 3 || took.Copies != 1 || len(took.Left) != 0 {
		t.Errorf("took over %+v, %v", s.TakeOver, err)
	}

	// What happened in between crosses, as the people who wrote it.
	in.eventually(func(ctx context.Context) error {
		texts, err := in.posts(ctx)
		if err == nil && count(texts, "said in between") != 1 {
			err = fmt.Errorf("the posts are %q", texts)
		}
		return err
	})
	in.eventually(func(context.Context) error {
		messages, err := shared.Emulator.Teams().Messages(in.place)
		if err != nil {
			return err
		}
		for _, message := range messages {
			if strings.Contains(message.Text(), "written in between") {
				if message.From == nil || message.From.User == nil || !strings.Contains(message.From.User.DisplayName, "Alex") {
					return fmt.Errorf("it was sent by somebody else than alex: %+v", message.From)
				}
				return nil
			}
		}
		return errors.New("the post did not reach Teams")
	})

	// What the predecessor carried goes on living.
	edited := "edited by alex"
	if _, _, err := in.alex.Client.PatchPost(ctx, root.Id, &model.PostPatch{Message: &edited}); err != nil {
		t.Fatal(err)
	}
	in.messageShows(rootMessage.Ref(), edited)
	in.edit(replyMessage.Ref(), "blake@demo.example", "<p>edited by blake</p>")
	in.postShows(reply.Id, "edited by blake")
	in.edit(twiceMessage.Ref(), "blake@demo.example", "<p>edited once</p>")
	in.postShows(twice.Id, "edited once")
	in.postShows(copied.Id, "edited once")

	// Graph has our subscription in place of the predecessor's.
	in.eventually(func(context.Context) error {
		all := shared.Emulator.Subscriptions().All()
		if len(all) != 1 || all[0].ID == old.ID {
			return fmt.Errorf("Graph has %+v", all)
		}
		return nil
	})

	// A second start takes nothing over and doubles nothing.
	if err := shared.DisablePlugin(ctx); err != nil {
		t.Fatal(err)
	}
	in.exec("INSERT INTO msteamssync_links VALUES ('another', $1, '19:another@thread.tacv2', $2, $3)", in.channel.TeamId, string(in.place.Team), in.alex.ID)
	if err := shared.EnablePlugin(ctx); err != nil {
		t.Fatal(err)
	}
	in.eventually(func(ctx context.Context) error {
		s, err := in.status(ctx)
		if err == nil && !s.Bridging {
			err = errors.New("it is not at work again")
		}
		return err
	})
	if s, err := in.status(ctx); err != nil || s.TakeOver.Links != 1 {
		t.Errorf("after a restart: %+v, %v", s.TakeOver, err)
	}
	texts, err := in.posts(ctx)
	if err != nil || len(texts) != 6 {
		t.Errorf("%d posts, want 6: %q, %v", len(texts), texts, err)
	}
}
