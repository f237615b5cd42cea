// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const ourManifest = `{"id":"com.mattermost.msteams-sync","version":"1.2.3","props":{"build":"abc"}}`

// pack makes a gzipped tar file of name → content.
func pack(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestOpen(t *testing.T) {
	for name, test := range map[string]struct {
		content []byte
		want    string // part of the error, or "" for success
	}{
		"manifest at the root":    {pack(t, map[string]string{"plugin.json": ourManifest}), ""},
		"manifest in a folder":    {pack(t, map[string]string{"./com.mattermost.msteams-sync/plugin.json": ourManifest, "com.mattermost.msteams-sync/server/x": "x"}), ""},
		"manifest too deep":       {pack(t, map[string]string{"a/b/plugin.json": ourManifest}), "no plugin.json"},
		"another plugin":          {pack(t, map[string]string{"plugin.json": `{"id":"com.example.other","version":"1.0.0"}`}), `holds the plugin "com.example.other"`},
		"no version":              {pack(t, map[string]string{"plugin.json": `{"id":"com.mattermost.msteams-sync"}`}), "has no version"},
		"manifest is not JSON":    {pack(t, map[string]string{"plugin.json": "id: x"}), "cannot be read"},
		"not gzipped":             {[]byte("plain text"), "not gzipped"},
		"a gzipped file, no tar":  {gzipped(t, strings.Repeat("no tar", 200)), "not a tar file"},
		"an archive without file": {pack(t, nil), "no plugin.json"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bundle.tar.gz")
			if err := os.WriteFile(file, test.content, 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := Open(file)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("error = %v, want %q in it", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if b.Manifest.Version != "1.2.3" || b.SHA256 != digestOf(test.content) {
				t.Errorf("bundle = %s %s", b.Manifest.Version, b.SHA256)
			}
			if content, _ := io.ReadAll(b.Reader()); !bytes.Equal(content, test.content) {
				t.Error("the reader gives other bytes than the file has")
			}
		})
	}
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	_, err := zipped.Write([]byte(text))
	if err := errors.Join(err, zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestEmbeddedSaysHowToBuildIt(t *testing.T) {
	readme := &fstest.MapFile{Data: []byte("kept")}
	one := &fstest.MapFile{Data: pack(t, map[string]string{"plugin.json": ourManifest})}
	if _, err := embedded(fstest.MapFS{"dist/README.md": readme}); !errors.Is(err, ErrNotEmbedded) || !strings.Contains(err.Error(), "make build") {
		t.Errorf("without a bundle: error = %v", err)
	}
	if b, err := embedded(fstest.MapFS{"dist/README.md": readme, "dist/a.tar.gz": one}); err != nil || b.Manifest.Version != "1.2.3" {
		t.Errorf("with one bundle: %v, %v", b, err)
	}
	if _, err := embedded(fstest.MapFS{"dist/a.tar.gz": one, "dist/b.tar.gz": one}); err == nil || !strings.Contains(err.Error(), "several") {
		t.Errorf("with two bundles: error = %v", err)
	}
}

func TestDownloadChecksTheDigest(t *testing.T) {
	content := pack(t, map[string]string{"plugin.json": ourManifest})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/bundle.tar.gz" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	address := server.URL + "/bundle.tar.gz?sig=hush"

	if b, err := Download(t.Context(), server.Client(), address, strings.ToUpper(digestOf(content))); err != nil || b.Manifest.Version != "1.2.3" {
		t.Errorf("right digest: %v, %v", b, err)
	}
	for name, test := range map[string]struct{ address, digest, want string }{
		"another digest": {address, strings.Repeat("0", 64), digestOf(content)},
		"no such file":   {server.URL + "/other?sig=hush", digestOf(content), "404"},
	} {
		_, err := Download(t.Context(), server.Client(), test.address, test.digest)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error = %v, want %q in it", name, err, test.want)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error shows the address's signature: %v", name, err)
		}
	}
}
