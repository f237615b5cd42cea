// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// accessToken is how a signed token looks wherever it is written.
var accessToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.`)

// noSecrets looks for every secret of this run in everything that is kept, sent to a log or printed.
func (d *demo) noSecrets(ctx context.Context) error {
	secrets, err := d.secrets()
	if err != nil {
		return err
	}
	places, err := d.places(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for place, content := range places {
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				errs = append(errs, fmt.Errorf("%s holds the %s", place, name))
			}
		}
		if accessToken.Match(content) {
			errs = append(errs, fmt.Errorf("%s holds an access token", place))
		}
	}
	if len(errs) == 0 {
		d.note("looked for %d secrets and for access tokens in %d places", len(secrets), len(places))
	}
	return errors.Join(errs...)
}

// secrets are those of this run, by name. The plugin's stand in the server's own configuration file, which is where
// they belong.
func (d *demo) secrets() (map[string]string, error) {
	secrets := map[string]string{
		"bot's password":                 botPassword,
		"users' password":                directory.DemoPassword,
		"provisioning client secret":     directory.DemoProvisionerSecret,
		"token of Mattermost's admin":    d.stack.Mattermost.AdminToken,
		"password of Mattermost's admin": d.stack.Mattermost.AdminPassword,
	}
	for name, value := range secrets {
		if value == "" { // a server of the user's own: we have a token only
			delete(secrets, name)
		}
	}
	if d.stack.Mattermost.Dir == "" {
		return secrets, nil
	}
	content, err := os.ReadFile(filepath.Join(d.stack.Mattermost.Dir, "config", "config.json"))
	if err != nil {
		return nil, fmt.Errorf("read the server's configuration: %w", err)
	}
	var config struct {
		PluginSettings struct {
			Plugins map[string]map[string]any
		}
	}
	if err := json.Unmarshal(content, &config); err != nil {
		return nil, fmt.Errorf("read the server's configuration: %w", err)
	}
	for _, key := range []string{"clientSecret", "encryptionKey", "webhookSecret"} {
		found := false
		for name, value := range config.PluginSettings.Plugins[catalog.PluginID] {
			if text, ok := value.(string); ok && strings.EqualFold(name, key) && text != "" {
				secrets["setting "+key], found = text, true
			}
		}
		if !found {
			return nil, fmt.Errorf("the server's configuration has no %s", key)
		}
	}
	return secrets, nil
}

// places are everything that is kept, logged or printed, by name.
func (d *demo) places(ctx context.Context) (map[string][]byte, error) {
	places := map[string][]byte{"the demo's own output": d.printed.Bytes()}
	files := []string{filepath.Join(d.workspace.Dir, "terraform.tfstate"), d.workspace.LogFile()}
	if backup := filepath.Join(d.workspace.Dir, "terraform.tfstate.backup"); exists(backup) {
		files = append(files, backup)
	}
	if d.stack.Mattermost.Dir != "" {
		files = append(files, d.stack.Mattermost.LogFile(), d.stack.Postgres.LogFile())
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("look for secrets: %w", err)
		}
		places[filepath.Base(file)] = content
	}

	shown, err := d.workspace.Run(ctx, "show", "-json", planFile)
	if err != nil {
		return nil, err
	}
	places["terraform show -json of the plan"] = []byte(shown.Output)
	archive, err := zip.OpenReader(filepath.Join(d.workspace.Dir, planFile))
	if err != nil {
		return nil, fmt.Errorf("open the plan: %w", err)
	}
	defer archive.Close()
	for _, entry := range archive.File {
		content, err := readEntry(entry)
		if err != nil {
			return nil, fmt.Errorf("open the plan: %w", err)
		}
		places["the plan's "+entry.Name] = content
	}

	requests, err := json.Marshal(d.stack.Emulator.Requests())
	if err != nil {
		return nil, fmt.Errorf("read the emulator's requests: %w", err)
	}
	places["the emulator's request log"] = requests
	return places, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func readEntry(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
