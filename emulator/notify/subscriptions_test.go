// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
)

func TestCreateGetRenewDelete(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	if sub.ClientState == nil || sub.ID == "" || sub.ApplicationID != app.AppID || sub.CreatorID != app.CreatorID {
		t.Errorf("created: %+v", sub)
	}
	if b.handshakes != 2 {
		t.Errorf("%d handshakes for two addresses", b.handshakes)
	}
	got, err := b.Get(app, sub.ID)
	if err != nil || got.ClientState != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if list := b.List(app); len(list) != 1 || list[0].ClientState != nil {
		t.Errorf("list %+v", list)
	}
	wish := b.clock.Now().Add(4000 * time.Minute)
	renewed, err := b.Renew(t.Context(), app, sub.ID, notify.Renewal{ExpiresAt: ptr(notify.Time(wish))})
	if err != nil || !time.Time(renewed.ExpiresAt).Equal(wish) {
		t.Errorf("renewed %+v, %v", renewed, err)
	}
	_, err = b.Renew(t.Context(), app, sub.ID, notify.Renewal{})
	wantError(t, err, 400, "InvalidRequest")
	if err := b.Reauthorize(app, sub.ID); err != nil {
		t.Error(err)
	}
	other := notify.Owner{TenantID: tenant, AppID: "app-2", CreatorID: "sp-2"}
	_, err = b.Get(other, sub.ID)
	wantError(t, err, 404, "ResourceNotFound")
	if len(b.List(other)) != 0 {
		t.Error("another application sees the subscription")
	}
	if err := b.Delete(app, sub.ID); err != nil {
		t.Error(err)
	}
	wantError(t, b.Delete(app, sub.ID), 404, "ResourceNotFound")
}

func TestUsersSeeTheirOwn(t *testing.T) {
	b := newBench(t, nil)
	b.subscribe(t, nil)
	user := notify.Owner{TenantID: tenant, AppID: app.AppID, CreatorID: "user-1", Delegated: true}
	if len(b.List(user)) != 0 {
		t.Error("a user sees a subscription of the application")
	}
}

func TestRequestsThatGraphRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*notify.Request)
		status int
		code   string
	}{
		"no resource":            {func(r *notify.Request) { r.Resource = "" }, 400, "InvalidRequest"},
		"resource with base URL": {func(r *notify.Request) { r.Resource = "https://graph.microsoft.com/v1.0" + r.Resource }, 400, "InvalidRequest"},
		"unknown resource":       {func(r *notify.Request) { r.Resource = "/me/events" }, 400, "ExtensionError"},
		"no expiry":              {func(r *notify.Request) { r.ExpiresAt = nil }, 400, "InvalidRequest"},
		"expiry in the past":     {func(r *notify.Request) { r.ExpiresAt = ptr(notify.Time(time.Now().Add(-time.Hour))) }, 400, "InvalidRequest"},
		"expiry over three days": {func(r *notify.Request) { r.ExpiresAt = ptr(notify.Time(time.Now().Add(73 * time.Hour))) }, 400, "ExtensionError"},
		"unknown change type":    {func(r *notify.Request) { r.ChangeType = "created,moved" }, 400, "InvalidRequest"},
		"no change type":         {func(r *notify.Request) { r.ChangeType = "" }, 400, "InvalidRequest"},
		"plain http":             {func(r *notify.Request) { r.NotificationURL = "http://127.0.0.1/changes" }, 400, "InvalidRequest"},
		"no notification URL":    {func(r *notify.Request) { r.NotificationURL = "" }, 400, "InvalidRequest"},
		"lifecycle over http":    {func(r *notify.Request) { r.LifecycleNotificationURL = ptr("http://127.0.0.1/l") }, 400, "InvalidRequest"},
		"no lifecycle over 1 h":  {func(r *notify.Request) { r.LifecycleNotificationURL = nil }, 400, "InvalidRequest"},
		"long clientState":       {func(r *notify.Request) { r.ClientState = ptr(strings.Repeat("x", 129)) }, 400, "InvalidRequest"},
		"unknown TLS version":    {func(r *notify.Request) { r.LatestSupportedTLSVersion = "v0" }, 400, "InvalidRequest"},
		"nobody listens":         {func(r *notify.Request) { r.NotificationURL = "https://127.0.0.1:1/" }, 400, "InvalidRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			request := b.request(24 * time.Hour)
			c.spoil(&request)
			_, err := b.Create(t.Context(), app, request)
			wantError(t, err, c.status, c.code)
			if len(b.All()) != 0 {
				t.Error("a refused subscription exists")
			}
		})
	}
}

func TestHandshakeMustBeEchoed(t *testing.T) {
	answers := map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"not at all":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "InvalidRequest"},
		"accepted":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) }, "InvalidRequest"},
		"still coded": {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.RawQuery) }, "InvalidRequest"},
		"as HTML": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, r.URL.Query().Get("validationToken"))
		}, "InvalidRequest"},
		"too late": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "ValidationError"},
	}
	for name, c := range answers {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			if c.code == "ValidationError" {
				b.SetSettings(notify.Settings{HandshakeTime: 50 * time.Millisecond})
			}
			b.validate = c.answer
			_, err := b.Create(t.Context(), app, b.request(time.Hour))
			wantError(t, err, 400, c.code)
		})
	}
}

func TestShortWishesAreRaised(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, func(r *notify.Request) { r.ExpiresAt = ptr(notify.Time(b.clock.Now().Add(time.Minute))) })
	if left := time.Time(sub.ExpiresAt).Sub(b.clock.Now()); left < 44*time.Minute {
		t.Errorf("the subscription lives %v", left)
	}
}

func TestOnePerApplicationAndResource(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	same := b.request(time.Hour)
	same.ChangeType = "deleted, created,updated"
	same.Resource = "teams('t1')/channels('19:c1@thread.tacv2')/messages"
	_, err := b.Create(t.Context(), app, same)
	wantError(t, err, 409, "ObjectIdentifierInUse")
	if err != nil && !strings.Contains(err.Error(), sub.ID) {
		t.Errorf("the message does not name the subscription: %v", err)
	}
	less := b.request(time.Hour)
	less.ChangeType = "created"
	_, err = b.Create(t.Context(), app, less)
	wantError(t, err, 403, "ExtensionError")
	if _, err := b.Create(t.Context(), notify.Owner{TenantID: tenant, AppID: "app-2"}, b.request(time.Hour)); err != nil {
		t.Errorf("another application: %v", err)
	}
	b.SetSettings(notify.Settings{OrganizationQuota: 2})
	everything := b.request(time.Hour)
	everything.Resource = "/teams/getAllMessages?model=B"
	_, err = b.Create(t.Context(), app, everything)
	wantError(t, err, 403, "ExtensionError")
}

func TestExpiryFollowsTheClock(t *testing.T) {
	b := newBench(t, nil)
	sub := b.subscribe(t, nil)
	b.clock.Shift(25 * time.Hour)
	_, err := b.Renew(t.Context(), app, sub.ID, notify.Renewal{ExpiresAt: ptr(notify.Time(b.clock.Now().Add(time.Hour)))})
	wantError(t, err, 404, "ResourceNotFound")
	if len(b.List(app)) != 0 {
		t.Error("an expired subscription is listed")
	}
	b.subscribe(t, nil) // and no longer in the way
}
