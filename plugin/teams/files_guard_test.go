// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for address, want := range map[string]bool{
		"13.107.136.10": true, "2603:1061:1300::1": true, "::ffff:13.107.136.10": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.3.4": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "192.0.2.1": false, "198.18.0.1": false, "203.0.113.9": false, "224.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "ff02::1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:7f00:1::": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

func TestAddressesAreCheckedBeforeTheyAreDialled(t *testing.T) {
	g := guard{own: "127.0.0.1:8443", secure: true}
	for address, want := range map[string]bool{
		"https://demo.sharepoint.com/a?tempauth=x": true, "https://127.0.0.1:8443/x": true,
		"http://demo.sharepoint.com/a": false, "https://127.0.0.1/x": false, "https://127.0.0.1:8065/x": false, "https://[::1]/": false,
		"https://169.254.169.254/latest": false, "file:///etc/passwd": false, "https://user@demo.sharepoint.com/": false, "https:///x": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.check(u); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// A name that leads to this machine is refused when it is dialled, and so is a redirect.
func TestContentsAreNotFetchedFromPrivatePlaces(t *testing.T) {
	asked := 0
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer private.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(private.URL, "http://"), ":")
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+port+"/secret", http.StatusFound)
	}))
	defer graph.Close()
	transport := newFileTransport(Config{GraphURL: graph.URL})
	for _, address := range []string{"http://localhost:" + port + "/secret", private.URL, graph.URL + "/content"} {
		body, err := transport.get(t.Context(), address, 0, 10, 10)
		if !errors.Is(err, errForbiddenAddress) {
			t.Errorf("%s: %v, %v", address, body, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the address: %v", err)
		}
	}
	if asked != 0 {
		t.Errorf("%d requests reached the private place", asked)
	}
}

func TestNamesThatSharePointTakes(t *testing.T) {
	long := strings.Repeat("ä", 300)
	for name, want := range map[string]string{
		"report (abcd1234).docx": "report (abcd1234).docx", "a:b*c?.txt": "a_b_c_.txt", " x. ": "x", "~$lock.docx": "_$lock.docx", "...": "file", "Makefile (1)": "Makefile (1)",
	} {
		if got := allowedName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
	if got := allowedName(long + " (abcd1234).docx"); len(got) > longestName || !strings.HasSuffix(got, " (abcd1234).docx") || !strings.HasPrefix(got, "ä") {
		t.Errorf("a long name becomes %q", got)
	}
}

func TestPiecesAreMultiples(t *testing.T) {
	for size, want := range map[int64]int64{1: rangeUnit, 1_000_000: 3 * rangeUnit, 20_000_000: 61 * rangeUnit, 1 << 40: 191 * rangeUnit} {
		got := (&fileTransport{rangeSize: size}).pieceSize()
		if got != want || got >= 60<<20 {
			t.Errorf("of %d bytes become pieces of %d, want %d", size, got, want)
		}
	}
}
