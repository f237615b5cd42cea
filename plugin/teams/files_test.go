// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// content is a file that a test sends; opened counts how often it was read.
func content(name string, data []byte, opened *atomic.Int64) bridge.Source {
	return bridge.Source{Name: name, Size: int64(len(data)), Open: func(_ context.Context, from int64) (io.ReadCloser, error) {
		opened.Add(1)
		return io.NopCloser(bytes.NewReader(data[from:])), nil
	}}
}

func pattern(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

// small makes a client that moves contents in pieces of 1 MB.
func small(c *teams.Config) { c.WholeUpTo, c.RangeSize = 1_000_000, 1_000_000 }

// kept reads what the emulator keeps at an address.
func (w *world) kept(t *testing.T, address string) []byte {
	t.Helper()
	drive, item, err := w.Drives().ByAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := w.Drives().Open(drive, item)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFilesGoToTeamsAndComeBack(t *testing.T) {
	w := newWorld(t)
	client := w.Tenant.Client(t, w.wallet, small)
	for name, data := range map[string][]byte{"small (1234).txt": []byte("small"), "Makefile (1234)": nil, "large (1234).bin": pattern(5_000_003)} {
		t.Run(name, func(t *testing.T) {
			var opened atomic.Int64
			first, _, err := client.Upload(t.Context(), alex, w.place(), content(name, data, &opened))
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := client.Upload(t.Context(), alex, w.place(), content(name, data, &opened))
			if err != nil || again != first {
				t.Errorf("the second time it is %+v, %v; the first time it was %+v", again, err, first)
			}
			if got := w.kept(t, first.ContentURL); !bytes.Equal(got, data) {
				t.Errorf("%d bytes are kept of %d", len(got), len(data))
			}
			message := bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: w.place()}}
			source, err := client.OpenFile(t.Context(), message, first, nil)
			if err != nil {
				t.Fatal(err)
			}
			if source.Name != name || source.Size != int64(len(data)) {
				t.Errorf("it is %q of %d bytes", source.Name, source.Size)
			}
			for _, from := range []int{0, len(data) / 2, len(data)} {
				reader, err := source.Open(t.Context(), int64(from))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(reader)
				if err := errors.Join(err, reader.Close()); err != nil || !bytes.Equal(got, data[from:]) {
					t.Errorf("from %d on %d bytes are read, %v", from, len(got), err)
				}
			}
		})
	}
}

func TestTransfersSurviveDisturbances(t *testing.T) {
	data := pattern(4_000_000)
	for name, rules := range map[string][]faults.Rule{
		"dropped before":  {{Effect: faults.Drop, Route: "PUT /_api/**", Next: 2}, {Effect: faults.Drop, Route: "GET /_layouts/**", Next: 2}},
		"dropped after":   {{Effect: faults.Drop, AfterCommit: true, Route: "PUT /_api/**", Next: 2}},
		"server errors":   {{Effect: faults.Status, Status: 503, Route: "PUT /_api/**", Next: 2}, {Effect: faults.Status, Status: 500, Route: "GET /_layouts/**", Next: 2}},
		"throttled":       {{Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second), Route: "PUT /_api/**", Next: 1}},
		"errors of Graph": {{Effect: faults.Status, Status: 503, Route: "POST /drives/**", Next: 1}, {Effect: faults.Status, Status: 503, Route: "GET /drives/**", Next: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			client := w.Tenant.Client(t, w.wallet, small)
			for _, rule := range rules {
				w.fault(t, rule)
			}
			var opened atomic.Int64
			made, _, err := client.Upload(t.Context(), alex, w.place(), content("a (1).bin", append(data, data...), &opened))
			if err != nil {
				t.Fatal(err)
			}
			if got := w.kept(t, made.ContentURL); !bytes.Equal(got, append(data, data...)) {
				t.Errorf("%d bytes are kept", len(got))
			}
			source, err := client.OpenFile(t.Context(), bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: w.place()}}, made, nil)
			if err != nil {
				t.Fatal(err)
			}
			reader, err := source.Open(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, append(data, data...)) {
				t.Errorf("%d bytes come back, %v", len(got), err)
			}
		})
	}
}

func TestWhoReadsWhichFile(t *testing.T) {
	w := newWorld(t)
	blake, _ := w.Directory().User("blake@demo.example")
	drive := w.Drives().UserDrive(blake.ID, blake.UserPrincipalName)
	item, _, err := w.Drives().Put(drive.ID, "root:/Microsoft Teams Chat Files/a #1.txt", drives.Replace, strings.NewReader("blake's"))
	if err != nil {
		t.Fatal(err)
	}
	reference := bridge.Attachment{ID: "1", ContentType: "reference", ContentURL: item.WebURL, Name: "a #1.txt"}
	for name, test := range map[string]struct {
		author bridge.TeamsUserID
		as     []bridge.Account
		class  bridge.Class
		works  bool
	}{
		"the author's own drive, as the application": {bridge.TeamsUserID(blake.ID), nil, 0, true},
		"somebody else's, as nobody":                 {"", nil, bridge.UserAction, false},
		"somebody else's, as alex":                   {"", []bridge.Account{alex}, bridge.UserAction, false},
	} {
		message := bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: w.place()}, From: bridge.Sender{User: test.author}}
		source, err := w.OpenFile(t.Context(), message, reference, test.as)
		if test.works != (err == nil) || err != nil && bridge.ClassOf(err) != test.class {
			t.Errorf("%s: %+v, %v", name, source, err)
		}
	}
	if _, err := w.Drives().Grant(drive.ID, item.ID, drives.Grant{User: w.id("alex@demo.example"), Role: "read"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.OpenFile(t.Context(), bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: w.place()}}, reference, []bridge.Account{alex}); err != nil {
		t.Errorf("what was shared with alex: %v", err)
	}
	for _, address := range []string{"", "http://demo.sharepoint.com/x", "/etc/passwd", "https://"} {
		reference.ContentURL = address
		if _, err := w.OpenFile(t.Context(), bridge.TeamsMessage{Ref: bridge.MessageRef{Conversation: w.place()}}, reference, []bridge.Account{alex}); bridge.ClassOf(err) != bridge.Permanent {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func (w *world) id(login string) string {
	user, _ := w.Directory().User(login)
	return user.ID
}

func TestPicturesAreRead(t *testing.T) {
	w := newWorld(t)
	data := pattern(100_000)
	m, err := w.Teams().Post("alex@demo.example", w.Tenant.Place, "", emulated.Draft{
		Body: emulated.HTML(`<p><img src="../hostedContents/1/$value"></p>`), HostedContents: []emulated.HostedContent{{TemporaryID: "1", Bytes: data, ContentType: "image/gif"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(m.Text(), "hostedContents/")
	id, _, _ = strings.Cut(id, "/")
	ref := bridge.MessageRef{Conversation: w.place(), ID: bridge.TeamsMessageID(m.ID)}
	source, err := w.OpenPicture(t.Context(), ref, id)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := source.Open(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, data[10:]) || source.Name != "picture.gif" || source.Size != int64(len(data)) {
		t.Errorf("%d bytes of %+v, %v", len(got), source, err)
	}
	before := len(w.calls())
	again, err := w.OpenPicture(t.Context(), ref, id)
	if err != nil {
		t.Fatal(err)
	}
	if reader, err = again.Open(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, data) || len(w.calls()) != before+1 {
		t.Errorf("%d bytes with the requests %q, %v", len(got), w.calls()[before:], err)
	}
	if _, err := w.OpenPicture(t.Context(), ref, "other"); bridge.ClassOf(err) != bridge.NotFound {
		t.Errorf("an unknown picture: %v", err)
	}
}

// In a chat a file lies in the sender's own drive, and the chat's members may read it who can, no more and nobody else.
func TestAFileOfAChatIsSharedForReading(t *testing.T) {
	w := newWorld(t)
	me := bridge.Account{ID: alex.ID, TeamsUser: bridge.TeamsUserID(w.id("alex@demo.example"))}
	blake := w.id("blake@demo.example")
	member := func(id, name, tenant string) string {
		return fmt.Sprintf(`{"userId":%q,"displayName":%q,"tenantId":%q}`, id, name, tenant)
	}
	own := member(string(me.TeamsUser), "Alex", directory.DemoTenantID)
	ours := member(blake, "Blake", directory.DemoTenantID)
	vera, gone := member(uuid.NewString(), "Vera", uuid.NewString()), member(uuid.NewString(), "Gone", directory.DemoTenantID)
	for name, test := range map[string]struct {
		members  []string
		given    []string
		closedTo []string
		fails    error
	}{
		"people of the tenant":      {[]string{own, ours}, []string{blake}, nil, nil},
		"tenants are not told":      {[]string{fmt.Sprintf(`{"userId":%q}`, me.TeamsUser), fmt.Sprintf(`{"userId":%q}`, blake)}, []string{blake}, nil, nil},
		"with another organisation": {[]string{own, vera, ours}, []string{blake}, []string{"Vera"}, nil},
		"with nobody's account":     {[]string{own, ours, member("", "By phone", "")}, []string{blake}, []string{"By phone"}, nil},
		"with somebody who is gone": {[]string{own, gone, ours}, []string{blake}, []string{"Gone"}, nil},
		"of another organisation":   {[]string{own, vera}, nil, nil, bridge.ErrNobodyReads},
		"alone":                     {[]string{own}, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			client := w.chatOf(t, test.members...)
			var opened atomic.Int64
			file := name + ".txt"
			made, closedTo, err := client.Upload(t.Context(), me, bridge.Conversation{ID: chatWithFiles}, content(file, []byte("mine"), &opened))
			if test.fails != nil {
				if !errors.Is(err, test.fails) || bridge.ClassOf(err) != bridge.Permanent || opened.Load() != 0 {
					t.Errorf("it was read %d times: %v", opened.Load(), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(made.ContentURL, "-my.sharepoint.com/personal/alex_demo_example/Documents/Microsoft%20Teams%20Chat%20Files/") {
				t.Errorf("it lies at %s", made.ContentURL)
			}
			drive, item, err := w.Drives().ByAddress(made.ContentURL)
			if err != nil {
				t.Fatal(err)
			}
			_, _, grants, err := w.Drives().Rights(drive, item)
			var given []string
			for _, g := range grants {
				if given = append(given, g.User); g.Role != "read" {
					t.Errorf("%s may %s", g.User, g.Role)
				}
			}
			if err != nil || !slices.Equal(given, test.given) || !slices.Equal(closedTo, test.closedTo) {
				t.Errorf("given to %q, closed to %q, %v; want %q and %q", given, closedTo, err, test.given, test.closedTo)
			}
		})
	}
}

const chatWithFiles = "19:chat@unq.gbl.spaces"

// chatOf is a client of a Graph where a chat has these members.
func (w *world) chatOf(t *testing.T, members ...string) *teams.Client {
	t.Helper()
	config := clientcredentials.Config{ClientID: teamstest.ClientID, ClientSecret: teamstest.Secret, Scopes: []string{w.URL() + "/.default"},
		TokenURL: w.URL() + "/" + directory.DemoTenantID + "/oauth2/v2.0/token"}
	app, err := config.Token(context.WithValue(t.Context(), oauth2.HTTPClient, w.HTTPClient()))
	if err != nil {
		t.Fatal(err)
	}
	front := forward(t, w.URL(), app.AccessToken, w.HTTPClient(), map[string]string{
		"/v1.0/chats/" + chatWithFiles + "/members": `{"value":[` + strings.Join(members, ",") + `]}`,
	})
	return w.Tenant.Client(t, w.wallet, func(c *teams.Config) {
		c.GraphURL, c.LoginURL = front.URL, front.URL
		c.Trusted = w.RootCAs()
		c.Trusted.AddCert(front.Certificate())
	})
}

// forward is a Graph that has some answers of its own and otherwise those of another, which sees the application's token for its
// own.
func forward(t *testing.T, to, app string, client *http.Client, own map[string]string) *endpoint {
	t.Helper()
	return newEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		if answer, ok := own[r.URL.Path]; ok {
			_, _ = io.WriteString(w, answer)
			return
		}
		request, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		request.Header, request.ContentLength = r.Header.Clone(), r.ContentLength
		if request.Header.Get("Authorization") == "Bearer x" {
			request.Header.Set("Authorization", "Bearer "+app)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
	})
}
