// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// trialBinary is the built plugin of testdata/trialplugin.
var trialBinary []byte

func buildTrialPlugin(dir string) (err error) {
	trialBinary, err = buildBinary(dir, "./testdata/trialplugin")
	return err
}

func buildBinary(dir, source string) ([]byte, error) {
	binary := filepath.Join(dir, "plugin")
	build := exec.Command("go", "build", "-o", binary, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w\n%s", source, err, out)
	}
	return os.ReadFile(binary)
}

// trialBundle packs the trial plugin with the manifest of the real one. Changes go over the manifest's entries.
func trialBundle(t *testing.T, version, build string, changes map[string]any) string {
	t.Helper()
	all := map[string]any{"version": version, "props": map[string]any{"build": build}}
	maps.Copy(all, changes)
	executable := trialBinary
	if changes["broken"] == true {
		executable = []byte("#!/bin/sh\nexit 1\n")
	}
	return pack(t, all, executable)
}

// realBundle packs the real plugin's server half.
func realBundle(t *testing.T) string {
	t.Helper()
	executable, err := realBinary()
	if err != nil {
		t.Fatal(err)
	}
	return pack(t, nil, executable)
}

// realBinary builds the plugin once for all tests.
var realBinary = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "msteamssync-plugin-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return buildBinary(dir, "../plugin")
})

// pack makes a bundle of an executable and the real plugin's manifest with changes over its entries.
func pack(t *testing.T, changes map[string]any, executable []byte) string {
	t.Helper()
	content, err := os.ReadFile("../plugin/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest map[string]any
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	delete(manifest, "webapp")
	manifest["server"] = map[string]any{"executable": "plugin"}
	maps.Copy(manifest, changes)
	encoded, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	return writeBundle(t, map[string][]byte{"plugin.json": encoded, "plugin": executable})
}

func writeBundle(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var buffer bytes.Buffer
	zipped, _ := gzip.NewWriterLevel(&buffer, gzip.BestSpeed)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		header := &tar.Header{Name: "trial/" + name, Mode: 0o755, Size: int64(len(content))}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	if err := os.WriteFile(path, buffer.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// bothSides is a configuration whose provider block holds Azure and Mattermost credentials.
func bothSides(resources string) string {
	return providerBlock(shared.Emulator, mattermostBlock()) + resources
}

// mattermostOnly is a configuration whose provider block holds Mattermost credentials only.
func mattermostOnly(resources string) string {
	return fmt.Sprintf("provider \"msteamssync\" {\n  ca_certificates = <<-EOT\n%sEOT\n%s\n}\n", shared.Emulator.CAPEM(), mattermostBlock()) + resources
}

func mattermostBlock() string {
	return fmt.Sprintf("  mattermost = {\n    url   = %q\n    token = %q\n  }\n", shared.Mattermost.URL, shared.Mattermost.AdminToken)
}

// console is an administrator at the System Console and in config.json, who changes things behind Terraform's back.
type console struct {
	t      *testing.T
	client *model.Client4
}

func openConsole(t *testing.T) *console {
	t.Helper()
	c := &console{t: t, client: shared.Mattermost.Client()}
	t.Cleanup(func() { // the next test starts without the plugin and its settings
		c.save(map[string]any{})
		_, _ = c.client.RemovePlugin(context.Background(), catalog.PluginID)
	})
	return c
}

// settings are what the API shows of the plugin's settings.
func (c *console) settings() map[string]any {
	c.t.Helper()
	return c.plugins()[catalog.PluginID]
}

func (c *console) plugins() map[string]map[string]any {
	c.t.Helper()
	cfg, _, err := c.client.GetConfig(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	return cfg.PluginSettings.Plugins
}

// save replaces our plugin's settings, as the System Console does: the whole map is sent.
func (c *console) save(settings map[string]any) {
	c.t.Helper()
	plugins := c.plugins()
	if plugins == nil {
		plugins = map[string]map[string]any{}
	}
	plugins[catalog.PluginID] = settings
	c.savePlugins(plugins)
}

func (c *console) savePlugins(plugins map[string]map[string]any) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"PluginSettings": map[string]any{"Plugins": plugins}})
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := c.client.DoAPIPut(context.Background(), "/config/patch", string(body))
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
}

// change edits single settings; nil removes one.
func (c *console) change(changes map[string]any) {
	c.t.Helper()
	settings := maps.Clone(c.settings())
	if settings == nil {
		settings = map[string]any{}
	}
	for key, value := range changes {
		if value == nil {
			delete(settings, key)
		} else {
			settings[key] = value
		}
	}
	c.save(settings)
}

// upload installs a bundle and switches the plugin on.
func (c *console) upload(path string) {
	c.t.Helper()
	file, err := os.Open(path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer file.Close()
	if _, _, err := c.client.UploadPluginForced(context.Background(), file); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.client.EnablePlugin(context.Background(), catalog.PluginID); err != nil {
		c.t.Fatal(err)
	}
}

// installed reports the installed version, "" for none.
func (c *console) installed() string {
	c.t.Helper()
	list, _, err := c.client.GetPlugins(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	for _, p := range append(list.Active, list.Inactive...) {
		if p.Id == catalog.PluginID {
			return p.Version
		}
	}
	return ""
}

// configFile is the server's own configuration file, with all secrets in clear. The server writes it in place, so a
// reader can come upon half of it.
func (c *console) configFile() string {
	c.t.Helper()
	var content []byte
	eventually(c.t, "the configuration file to be whole", func() bool {
		var err error
		if content, err = os.ReadFile(filepath.Join(shared.Mattermost.Dir, "config", "config.json")); err != nil {
			c.t.Fatal(err)
		}
		return json.Valid(content)
	})
	return string(content)
}

// stored are our plugin's settings in the server's configuration file, by lower-case key.
func (c *console) stored() map[string]any {
	c.t.Helper()
	stored := map[string]any{}
	for key, value := range c.storedOf(catalog.PluginID) {
		stored[strings.ToLower(key)] = value
	}
	return stored
}

// storedOf are a plugin's settings in the server's configuration file.
func (c *console) storedOf(plugin string) map[string]any {
	c.t.Helper()
	var cfg struct {
		PluginSettings struct {
			Plugins map[string]map[string]any
		}
	}
	if err := json.Unmarshal([]byte(c.configFile()), &cfg); err != nil {
		c.t.Fatal(err)
	}
	return cfg.PluginSettings.Plugins[plugin]
}
