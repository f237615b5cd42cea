// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	nethttplibrary "github.com/microsoft/kiota-http-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/subscriptions"
	graphteams "github.com/microsoftgraph/msgraph-sdk-go/teams"
	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// staticToken is a token that somebody signed in for.
type staticToken string

func (s staticToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(s), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// teamsApp is an application with the set-up guide's consent; as signs a user of the demo tenant in.
func teamsApp(t *testing.T, server *emulator.Server) (app azcore.TokenCredential, as func(user string) azcore.TokenCredential) {
	t.Helper()
	s := register(t, server, server.URL()+"/.default", "offline_access")
	dir := server.Directory()
	for _, name := range catalog.Guide(catalog.Application) {
		permission, _ := catalog.Lookup(catalog.Application, name)
		if _, err := dir.Assign(s.principal.ID, s.graph.ID, permission.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := dir.AddConsent(s.principal.ID, s.graph.ID, "", catalog.Guide(catalog.Delegated)); err != nil {
		t.Fatal(err)
	}
	return secretCredential(t, server, s.config.ClientID, s.config.ClientSecret), func(user string) azcore.TokenCredential {
		verifier := oauth2.GenerateVerifier()
		page := s.open(t, s.config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
		token, err := s.config.Exchange(s.context(t), returned(t, s.form(t, page, login(user))).Get("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		return staticToken(token.AccessToken)
	}
}

func channelMessages(t *testing.T, server *emulator.Server, graph *nethttplibrary.NetHttpRequestAdapter) (*graphteams.ItemChannelsItemMessagesRequestBuilder, string) {
	t.Helper()
	team := server.Teams().Teams()[0]
	channels, err := server.Teams().Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	builder := graphteams.NewTeamsRequestBuilderInternal(path(graph), graph).ByTeamId(string(team.ID)).Channels().ByChannelId(string(channels[1].ID)).Messages()
	return builder, "/teams/" + string(team.ID) + "/channels/" + string(channels[1].ID) + "/messages"
}

func htmlMessage(content string) *models.ChatMessage {
	body := models.NewItemBody()
	body.SetContentType(ptr(models.HTML_BODYTYPE))
	body.SetContent(&content)
	message := models.NewChatMessage()
	message.SetBody(body)
	return message
}

func TestSDKWritesAndReadsMessages(t *testing.T) {
	server := emulator.Start(t)
	app, as := teamsApp(t, server)
	mine, _ := channelMessages(t, server, adapter(t, server, as("alex"), true)) // gzip bodies, as Microsoft's client sends them
	others, _ := channelMessages(t, server, adapter(t, server, as("blake"), false))
	all, _ := channelMessages(t, server, adapter(t, server, app, false))
	ctx := t.Context()

	root, err := mine.Post(ctx, htmlMessage("hello <b>there</b>"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *root.GetBody().GetContent() != "<p>hello <b>there</b></p>" || *root.GetFrom().GetUser().GetDisplayName() != "Alex Demo" ||
		root.GetCreatedDateTime() == nil || *root.GetMessageType() != models.MESSAGE_CHATMESSAGETYPE {
		t.Errorf("posted: %s from %s", *root.GetBody().GetContent(), *root.GetFrom().GetUser().GetDisplayName())
	}
	reply, err := others.ByChatMessageId(*root.GetId()).Replies().Post(ctx, htmlMessage("a reply"), nil)
	if err != nil || *reply.GetReplyToId() != *root.GetId() {
		t.Fatalf("reply: %v, %v", reply, err)
	}
	if _, err := mine.ByChatMessageId(*root.GetId()).Patch(ctx, htmlMessage("changed"), nil); err != nil {
		t.Fatal(err)
	}
	reaction := graphteams.NewItemChannelsItemMessagesItemSetReactionPostRequestBody()
	reaction.SetReactionType(ptr("👍"))
	if err := others.ByChatMessageId(*root.GetId()).SetReaction().Post(ctx, reaction, nil); err != nil {
		t.Fatal(err)
	}
	list, err := all.Get(ctx, &graphteams.ItemChannelsItemMessagesRequestBuilderGetRequestConfiguration{
		QueryParameters: &graphteams.ItemChannelsItemMessagesRequestBuilderGetQueryParameters{Top: ptr(int32(5)), Expand: []string{"replies"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := list.GetValue()[0]
	if len(list.GetValue()) != 1 || *got.GetBody().GetContent() != "<p>changed</p>" || got.GetLastEditedDateTime() == nil ||
		len(got.GetReplies()) != 1 || len(got.GetReactions()) != 1 {
		t.Errorf("listed: %d messages, %d replies, %d reactions", len(list.GetValue()), len(got.GetReplies()), len(got.GetReactions()))
	}
	if err := others.ByChatMessageId(*root.GetId()).Replies().ByChatMessageId1(*reply.GetId()).SoftDelete().Post(ctx, nil); err != nil {
		t.Fatal(err)
	}
	gone, err := all.ByChatMessageId(*root.GetId()).Replies().ByChatMessageId1(*reply.GetId()).Get(ctx, nil)
	if err != nil || gone.GetDeletedDateTime() == nil || gone.GetFrom() != nil || gone.GetBody().GetContent() != nil {
		t.Errorf("deleted: %+v, %v", gone, err)
	}
	delta, err := all.Delta().GetAsDeltaGetResponse(ctx, nil)
	if err != nil || len(delta.GetValue()) != 1 || delta.GetOdataDeltaLink() == nil {
		t.Fatalf("delta: %+v, %v", delta, err)
	}
	if next, err := all.Delta().WithUrl(*delta.GetOdataDeltaLink()).GetAsDeltaGetResponse(ctx, nil); err != nil || len(next.GetValue()) != 0 {
		t.Errorf("delta again: %+v, %v", next, err)
	}

	_, err = all.Post(ctx, htmlMessage("as the application"), nil)
	var refused *odataerrors.ODataError
	if !errors.As(err, &refused) || refused.ResponseStatusCode != http.StatusForbidden || *refused.GetErrorEscaped().GetCode() != "Forbidden" {
		t.Errorf("an application posts: %v", err)
	}
}

func TestSDKKeepsSubscriptions(t *testing.T) {
	server := emulator.Start(t)
	app, _ := teamsApp(t, server)
	graph := adapter(t, server, app, false)
	_, resource := channelMessages(t, server, graph)
	builder := subscriptions.NewSubscriptionsRequestBuilderInternal(path(graph), graph)
	ctx := t.Context()

	wanted := models.NewSubscription()
	wanted.SetChangeType(ptr("created,updated,deleted"))
	wanted.SetResource(&resource)
	wanted.SetClientState(ptr("our-secret"))
	wanted.SetExpirationDateTime(ptr(server.Clock().Now().Add(48 * time.Hour)))
	address := echo(t, server)
	wanted.SetNotificationUrl(ptr(address + "/changes"))
	wanted.SetLifecycleNotificationUrl(ptr(address + "/lifecycle"))
	made, err := builder.Post(ctx, wanted, nil)
	if err != nil {
		t.Fatal(err)
	}
	if *made.GetClientState() != "our-secret" || made.GetExpirationDateTime() == nil || *made.GetApplicationId() == "" {
		t.Errorf("made: %+v", made)
	}
	_, err = builder.Post(ctx, wanted, nil)
	var refused *odataerrors.ODataError
	if !errors.As(err, &refused) || refused.ResponseStatusCode != http.StatusConflict {
		t.Errorf("made twice: %v", err)
	}
	list, err := builder.Get(ctx, nil)
	if err != nil || len(list.GetValue()) != 1 || list.GetValue()[0].GetClientState() != nil {
		t.Errorf("list: %+v, %v", list, err)
	}
	one := builder.BySubscriptionId(*made.GetId())
	renewal := models.NewSubscription()
	renewal.SetExpirationDateTime(ptr(server.Clock().Now().Add(70 * time.Hour)))
	renewed, err := one.Patch(ctx, renewal, nil)
	if err != nil || !renewed.GetExpirationDateTime().After(*made.GetExpirationDateTime()) {
		t.Errorf("renewed: %+v, %v", renewed, err)
	}
	if err := one.Reauthorize().Post(ctx, nil); err != nil {
		t.Error(err)
	}
	if err := one.Delete(ctx, nil); err != nil {
		t.Error(err)
	}
	if _, err := one.Get(ctx, nil); !errors.As(err, &refused) || refused.ResponseStatusCode != http.StatusNotFound {
		t.Errorf("read after deletion: %v", err)
	}
}

// echo is a notification endpoint that answers the handshake.
func echo(t *testing.T, server *emulator.Server) string {
	t.Helper()
	certificate, key, err := server.IssueCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, r.URL.Query().Get("validationToken"))
	}))
	endpoint.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	endpoint.StartTLS()
	t.Cleanup(endpoint.Close)
	return endpoint.URL
}
