// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

//go:embed all:dist
var dist embed.FS

// maxSize bounds what is read into memory; the bundle for two architectures has some 15 MB.
const maxSize = 256 << 20

// ErrNotEmbedded says that the provider was built without a bundle, as a plain go build does.
var ErrNotEmbedded = errors.New("this build of the provider holds no plugin bundle: run make build, or give bundle_path or bundle_url")

// Bundle is a plugin bundle whose manifest was read and names our plugin.
type Bundle struct {
	Manifest *model.Manifest
	SHA256   string // of the file, in hex

	content []byte
}

// Reader returns the file's content from its beginning.
func (b *Bundle) Reader() io.Reader { return bytes.NewReader(b.content) }

// Embedded returns the bundle inside the provider.
var Embedded = sync.OnceValues(func() (*Bundle, error) { return embedded(dist) })

func embedded(files fs.FS) (*Bundle, error) {
	names, err := fs.Glob(files, "dist/*.tar.gz")
	if err != nil {
		return nil, err
	}
	switch len(names) {
	case 0:
		return nil, ErrNotEmbedded
	case 1:
	default:
		return nil, fmt.Errorf("this build of the provider holds several plugin bundles (%s): run make clean build", strings.Join(names, ", "))
	}
	content, err := fs.ReadFile(files, names[0])
	if err != nil {
		return nil, err
	}
	return read(content, "the embedded bundle")
}

// Open reads the bundle in a file.
func Open(name string) (*Bundle, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the plugin bundle cannot be read: %w", err)
	}
	defer file.Close()
	content, err := readAll(file)
	if err != nil {
		return nil, fmt.Errorf("the plugin bundle %s cannot be read: %w", name, err)
	}
	return read(content, name)
}

// Download fetches a bundle. Its digest has to be the given one.
func Download(ctx context.Context, client *http.Client, address, digest string) (*Bundle, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("the bundle's address is not a URL: %w", err)
	}
	name := withoutQuery(request.URL)
	response, err := client.Do(request)
	if err != nil {
		var withURL *url.Error // whose text has the query
		if errors.As(err, &withURL) {
			err = withURL.Err
		}
		return nil, fmt.Errorf("the plugin bundle cannot be downloaded from %s: %w", name, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the plugin bundle cannot be downloaded: %s answers %s", name, response.Status)
	}
	content, err := readAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("the plugin bundle cannot be downloaded from %s: %w", name, err)
	}
	if got := digestOf(content); !strings.EqualFold(got, digest) {
		return nil, fmt.Errorf("the download from %s has the SHA-256 %s, not %s: the file was changed, or bundle_sha256 belongs to another one", name, got, digest)
	}
	return read(content, name)
}

// withoutQuery leaves out what may hold a signature or token.
func withoutQuery(u *url.URL) string {
	bare := *u
	bare.RawQuery, bare.User = "", nil
	return bare.String()
}

func readAll(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err == nil && len(content) > maxSize {
		err = fmt.Errorf("it has more than %d MB", maxSize>>20)
	}
	return content, err
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// read checks that content is a bundle of our plugin. name is for error messages.
func read(content []byte, name string) (*Bundle, error) {
	manifest, err := readManifest(content)
	if err != nil {
		return nil, fmt.Errorf("%s is not a Mattermost plugin bundle: %w", name, err)
	}
	if manifest.Id != catalog.PluginID {
		return nil, fmt.Errorf("%s holds the plugin %q; this resource installs %q only", name, manifest.Id, catalog.PluginID)
	}
	if manifest.Version == "" {
		return nil, fmt.Errorf("the manifest in %s has no version", name)
	}
	return &Bundle{Manifest: manifest, SHA256: digestOf(content), content: content}, nil
}

// readManifest finds plugin.json at the root of the archive or in its only folder, as the server does.
func readManifest(content []byte) (*model.Manifest, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("it is not gzipped: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("it has no plugin.json")
		}
		if err != nil {
			return nil, fmt.Errorf("it is not a tar file: %w", err)
		}
		name := path.Clean(header.Name)
		if path.Base(name) != "plugin.json" || strings.Count(name, "/") > 1 {
			continue
		}
		var manifest model.Manifest
		if err := json.NewDecoder(files).Decode(&manifest); err != nil {
			return nil, fmt.Errorf("its plugin.json cannot be read: %w", err)
		}
		return &manifest, nil
	}
}
