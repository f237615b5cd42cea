// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	linking "github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
)

// TestChannelAdminsLinkTheirOwnChannels: the channel of a new link is in the body, where the route finds it.
func TestChannelAdminsLinkTheirOwnChannels(t *testing.T) {
	own := bodies["POST /api/v1/links"]
	other := strings.Replace(own, `"c"`, `"d"`, 1)
	for _, c := range []struct {
		who, method, path, body string
		want                    int
	}{
		{"chief", "POST", "/api/v1/links", own, 201},
		{"chief", "POST", "/api/v1/links", other, 403},
		{"root", "POST", "/api/v1/links", other, 201},
		{"reader", "POST", "/api/v1/links", own, 403},
		{"chief", "DELETE", "/api/v1/links/c", "", 204},
		{"chief", "DELETE", "/api/v1/links/d", "", 403},
		{"root", "DELETE", "/api/v1/links/d", "", 404},
		{"reader", "DELETE", "/api/v1/links/c", "", 403},
	} {
		if w := ask(t, parts(), c.who, c.method, c.path, c.body); w.Code != c.want {
			t.Errorf("%s %s %s %s answers %d, want %d: %s", c.who, c.method, c.path, c.body, w.Code, c.want, w.Body)
		}
	}
}

func TestALinkThatNeedsApprovalIsAcceptedOnly(t *testing.T) {
	p := parts()
	p.Links = &links{pending: true}
	w := ask(t, p, "chief", "POST", "/api/v1/links", bodies["POST /api/v1/links"])
	if w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `"state":"pending_approval"`) {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	if w := ask(t, parts(), "chief", "POST", "/api/v1/links", bodies["POST /api/v1/links"]); !strings.Contains(w.Body.String(), `"state":"ok"`) {
		t.Errorf("one that needs none answers %s", w.Body)
	}
}

// TestTheWayIsWrittenDown: what asks names itself.
func TestTheWayIsWrittenDown(t *testing.T) {
	for want, header := range map[linking.Via][2]string{
		linking.ViaAPI:       {"User-Agent", "curl/8"},
		linking.ViaTerraform: {"User-Agent", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-msteamssync/0.1.0"},
		linking.ViaWebApp:    {"X-Requested-With", "XMLHttpRequest"},
	} {
		l := &links{}
		p := parts()
		p.Links = l
		r := httptest.NewRequest("DELETE", "/api/v1/links/c", nil)
		r.Header.Set(header[0], header[1])
		httpapi.New(p).ServeCaller(httpapi.Caller{User: "root"}, httptest.NewRecorder(), r)
		if l.via != want {
			t.Errorf("%v is written down as %q, want %q", header, l.via, want)
		}
	}
}

func TestLinkRoutes(t *testing.T) {
	l := &links{}
	p := parts()
	p.Links = l
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		asked, holds            string
	}{
		{"somebody", "GET", "/api/v1/my/links?q=to&page=2", "", 200, "links somebody to 2", `"channel":{"id":"c","display_name":"Town","team_id":"","team_name":"red","team_display_name":"Red"},"teams_team_name":"","teams_channel_name":"Bridge","state":"error","lag_seconds":90,"waiting":0,"dead":0,"last_event_at":null,"last_error":"no","last_error_at":null,"can_manage":false,"can_approve":false}],"total":21}`},
		{"somebody", "GET", "/api/v1/my/links?page=-1", "", 400, "", "page"},
		{"somebody", "GET", "/api/v1/my/links?page=x", "", 400, "", "page"},
		{"somebody", "GET", "/api/v1/my/channels?q=to", "", 200, "channels somebody to 0", `{"channels":[{"id":"c","display_name":"Town","team_id":"","team_name":"","team_display_name":"","linked":true}],"has_more":false,"needs_approval":false}`},
		{"chief", "GET", "/api/v1/my/channels", "", 200, "channels chief  0", `"has_more":false,"needs_approval":true}`},
		{"somebody", "GET", "/api/v1/my/teams?q=de&page=1", "", 200, "teams somebody de 1", `{"has_more":true,"teams":[{"id":"t","display_name":"Demo Team"}]}`},
		{"somebody", "GET", "/api/v1/my/teams/t/channels?q=b", "", 200, "channels of t somebody b 0", `{"channels":[{"id":"19:x","display_name":"Bridge","membership_type":"standard","linked":true,"linked_with":"Town in team red"}],"has_more":false}`},
		{"reader", "GET", "/api/v1/my/channels/c/link", "", 200, "", `"link":null,"can_manage":false,"refused":"It is archived.","needs_approval":false}`},
		{"reader", "GET", "/api/v1/my/channels/d/link", "", 403, "", "forbidden"},
		{"root", "GET", "/api/v1/link-requests", "", 200, "", `{"link_requests":[{"id":"r","channel_id":"c",`},
		{"root", "POST", "/api/v1/link-requests/r/approve", "", 201, "approve root r", `"id":"new"`},
		{"root", "POST", "/api/v1/link-requests/r/refuse", `{"reason":"no"}`, 204, "refuse root r no", ""},
		{"root", "POST", "/api/v1/link-requests/r/refuse", `{"reason":"` + strings.Repeat("x", 1001) + `"}`, 400, "", "1000 bytes"},
		{"root", "GET", "/api/v1/links/audit?channel_id=c&page=1", "", 200, "trail c 1", `"actor_id":"root","action":"link_refuse","via":"command","channel_id":"c","teams_team_id":"t","teams_channel_id":"19:x","detail":{"reason":"no"}}],"total":21}`},
	} {
		l.asked = ""
		w := ask(t, p, c.who, c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.holds) || l.asked != c.asked {
			t.Errorf("%s %s answers %d %s, asked %q", c.method, c.path, w.Code, w.Body, l.asked)
		}
	}
}
