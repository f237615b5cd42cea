// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// fetch makes a request and returns status and body. Of an answer in JSON the object is returned too.
func fetch(t *testing.T, client *http.Client, method, address string, header http.Header, body []byte) (int, []byte, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	_ = json.Unmarshal(content, &object) // not every answer is an object
	return response.StatusCode, content, object
}

func wantStatus(t *testing.T, what string, got, want int, body []byte) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: status %d, want %d: %s", what, got, want, body)
	}
}

// folder returns the address of the demo channel's folder.
func (b *bridge) folder(t *testing.T, client *http.Client) string {
	t.Helper()
	status, body, folder := fetch(t, client, "GET", strings.TrimSuffix(b.messages, "/messages")+"/filesFolder", nil, nil)
	wantStatus(t, "filesFolder", status, 200, body)
	parent := folder["parentReference"].(map[string]any)
	return fmt.Sprintf("%s/v1.0/drives/%s/items/%s", b.URL(), parent["driveId"], folder["id"])
}

func TestASmallFileIsKeptAndSharedByItsAddress(t *testing.T) {
	b := newBridge(t)
	alex, blake := b.as(t, "alex@demo.example"), b.as(t, "blake@demo.example")
	folder := b.folder(t, b.app)
	name := "minutes%20(1)%20%23"
	status, body, kept := fetch(t, alex, "PUT", folder+":/"+name+":/content", nil, []byte("first"))
	wantStatus(t, "PUT", status, 201, body)
	if kept["name"] != "minutes (1) #" || kept["size"] != 5.0 {
		t.Errorf("kept %s", body)
	}
	status, body, again := fetch(t, alex, "PUT", folder+":/"+name+":/content", nil, []byte("second"))
	wantStatus(t, "PUT again", status, 200, body)
	if again["id"] != kept["id"] || again["eTag"] == kept["eTag"] {
		t.Errorf("the second content took no place: %s", body)
	}
	token := "u!" + base64.RawURLEncoding.EncodeToString([]byte(kept["webUrl"].(string)))
	status, body, shared := fetch(t, blake, "GET", b.URL()+"/v1.0/shares/"+token+"/driveItem", nil, nil)
	wantStatus(t, "shares", status, 200, body)
	status, body, _ = fetch(t, b.HTTPClient(), "GET", shared["@microsoft.graph.downloadUrl"].(string), http.Header{"Range": {"bytes=1-3"}}, nil)
	if status != 206 || string(body) != "eco" {
		t.Errorf("the range is %d %q", status, body)
	}
	if status, body, _ := fetch(t, b.app, "GET", folder+":/"+name+":/content", nil, nil); status != 200 || string(body) != "second" {
		t.Errorf("the application reads %d %q", status, body)
	}
	for what, call := range map[string]func() (int, []byte, map[string]any){
		"an address, as the application": func() (int, []byte, map[string]any) {
			return fetch(t, b.app, "GET", b.URL()+"/v1.0/shares/"+token+"/driveItem", nil, nil)
		},
		"an upload by the application": func() (int, []byte, map[string]any) {
			return fetch(t, b.app, "PUT", folder+":/x:/content", nil, []byte("x"))
		},
		"an upload session of the application": func() (int, []byte, map[string]any) {
			return fetch(t, b.app, "POST", folder+":/x:/createUploadSession", nil, nil)
		},
	} {
		if status, body, _ := call(); status != 403 {
			t.Errorf("%s: status %d: %s", what, status, body)
		}
	}
}

func TestSomebodysOwnFilesAreTheirsUntilShared(t *testing.T) {
	b := newBridge(t)
	alex, blake := b.as(t, "alex@demo.example"), b.as(t, "blake@demo.example")
	status, body, drive := fetch(t, alex, "GET", b.URL()+"/v1.0/me/drive", nil, nil)
	wantStatus(t, "me/drive", status, 200, body)
	root := b.URL() + "/v1.0/drives/" + drive["id"].(string)
	status, body, kept := fetch(t, alex, "PUT", root+"/root:/Microsoft%20Teams%20Chat%20Files/a.txt:/content", nil, []byte("mine"))
	wantStatus(t, "PUT", status, 201, body)
	item := root + "/items/" + kept["id"].(string)
	if status, body, _ := fetch(t, blake, "GET", item, nil, nil); status != 403 {
		t.Errorf("blake reads what is alex's: %d %s", status, body)
	}
	blakeID := ""
	if user, ok := b.Directory().User("blake@demo.example"); ok {
		blakeID = user.ID
	}
	invitation, _ := json.Marshal(map[string]any{"recipients": []any{map[string]string{"objectId": blakeID}}, "roles": []string{"read"}, "requireSignIn": true})
	status, body, _ = fetch(t, alex, "POST", item+"/invite", http.Header{"Content-Type": {"application/json"}}, invitation)
	wantStatus(t, "invite", status, 200, body)
	if status, body, _ := fetch(t, blake, "GET", item, nil, nil); status != 200 {
		t.Errorf("blake does not read what was shared: %d %s", status, body)
	}
	if status, _, _ := fetch(t, blake, "PUT", item+"/content", nil, []byte("yours")); status != 403 {
		t.Errorf("blake writes what was shared for reading: %d", status)
	}
	id := ""
	if user, ok := b.Directory().User("alex@demo.example"); ok {
		id = user.ID
	}
	if status, body, _ := fetch(t, b.app, "GET", b.URL()+"/v1.0/users/"+id+"/drive", nil, nil); status != 200 {
		t.Errorf("the application does not find the drive: %d %s", status, body)
	}
}

func TestAnUploadSessionWantsItsRangesInOrder(t *testing.T) {
	b := newBridge(t)
	alex := b.as(t, "alex@demo.example")
	document := []byte(`{"item":{"@microsoft.graph.conflictBehavior":"replace"}}`)
	status, body, made := fetch(t, alex, "POST", b.folder(t, b.app)+":/big.bin:/createUploadSession", http.Header{"Content-Type": {"application/json"}}, document)
	wantStatus(t, "createUploadSession", status, 200, body)
	address := made["uploadUrl"].(string)
	content := bytes.Repeat([]byte("0123456789abcdef"), (2*drives.Unit+16)/16)
	total := len(content)
	put := func(from, to int) (int, []byte, map[string]any) {
		return fetch(t, b.HTTPClient(), "PUT", address, http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", from, to-1, total)}}, content[from:to])
	}
	if status, body, _ := put(0, 1000); status != 400 {
		t.Errorf("a range that is no multiple: %d %s", status, body)
	}
	if status, body, _ := put(drives.Unit, 2*drives.Unit); status != 416 {
		t.Errorf("a range before its turn: %d %s", status, body)
	}
	status, body, next := put(0, drives.Unit)
	wantStatus(t, "the first range", status, 202, body)
	if ranges := next["nextExpectedRanges"].([]any); len(ranges) != 1 || ranges[0] != fmt.Sprint(drives.Unit)+"-" {
		t.Errorf("next are %v", ranges)
	}
	if status, body, _ := put(0, drives.Unit); status != 416 {
		t.Errorf("a range twice: %d %s", status, body)
	}
	if status, _, _ := fetch(t, alex, "GET", address, nil, nil); status != 401 {
		t.Errorf("with a token: %d", status)
	}
	status, body, _ = fetch(t, b.HTTPClient(), "GET", address, nil, nil)
	wantStatus(t, "the state", status, 200, body)
	status, body, kept := put(drives.Unit, total)
	wantStatus(t, "the last range", status, 201, body)
	if kept["size"] != float64(total) {
		t.Errorf("kept %s", body)
	}
	if status, _, _ := put(0, total); status != 404 {
		t.Errorf("after the end: %d", status)
	}
	drive := kept["parentReference"].(map[string]any)["driveId"].(string)
	file, _, err := b.Drives().Open(drive, kept["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes were kept of %d, %v", len(got), total, err)
	}
}

func TestPicturesComeWithAMessage(t *testing.T) {
	b := newBridge(t)
	alex := b.as(t, "alex@demo.example")
	picture := []byte("\x89PNG not really")
	document, _ := json.Marshal(map[string]any{
		"body":           map[string]string{"contentType": "html", "content": `<p>see <img src="../hostedContents/1/$value" alt="cat"></p>`},
		"hostedContents": []any{map[string]any{"@microsoft.graph.temporaryId": "1", "contentBytes": picture, "contentType": "image/png"}},
	})
	status, body, made := fetch(t, alex, "POST", b.messages, http.Header{"Content-Type": {"application/json"}}, document)
	wantStatus(t, "POST", status, 201, body)
	message, err := b.Teams().Message(teams.Ref{Place: b.place, ID: teams.MessageID(made["id"].(string))})
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(message.Text(), `src="`)
	address, _, _ = strings.Cut(address, `"`)
	if !strings.HasPrefix(address, b.URL()+"/v1.0/teams/") {
		t.Fatalf("the body is %q", message.Text())
	}
	if status, got, _ := fetch(t, b.app, "GET", address, nil, nil); status != 200 || !slices.Equal(got, picture) {
		t.Errorf("the picture is %d %q", status, got)
	}
	status, body, list := fetch(t, b.app, "GET", b.messages+"/"+made["id"].(string)+"/hostedContents", nil, nil)
	wantStatus(t, "the list", status, 200, body)
	if items := list["value"].([]any); len(items) != 1 || items[0].(map[string]any)["contentBytes"] != nil {
		t.Errorf("the list is %s", body)
	}
}
