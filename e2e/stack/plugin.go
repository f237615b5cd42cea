// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Bundle is the path of the plugin bundle that 'make bundle' packed.
func Bundle() (string, error) {
	pattern, err := repository.Path("build", "bundle", catalog.PluginID+"-*.tar.gz")
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no plugin bundle in build/bundle; run 'make bundle BUNDLE_ARCH=host'")
	}
	return found[len(found)-1], nil
}

// pluginStartsWithin is generous: a busy machine, and the server answers only when the plugin has started.
const pluginStartsWithin = time.Minute

// InstallPlugin uploads the bundle, enables it, and waits until it runs. Terraform does the same with
// msteamssync_plugin; the tests of the bridge do it directly, for speed.
func (s *Stack) InstallPlugin(ctx context.Context) error {
	path, err := Bundle()
	if err != nil {
		return err
	}
	bundle, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the plugin bundle: %w", err)
	}
	if _, _, err := s.Mattermost.Client().UploadPluginForced(ctx, bytes.NewReader(bundle)); err != nil {
		return fmt.Errorf("upload the plugin: %w", err)
	}
	return s.EnablePlugin(ctx)
}

// EnablePlugin enables the plugin and waits until it runs.
func (s *Stack) EnablePlugin(ctx context.Context) error {
	if _, err := s.Mattermost.Client().EnablePlugin(ctx, catalog.PluginID); err != nil {
		return fmt.Errorf("enable the plugin: %w", err)
	}
	return s.WaitPlugin(ctx)
}

// DisablePlugin disables the plugin; the server returns when it has stopped.
func (s *Stack) DisablePlugin(ctx context.Context) error {
	if _, err := s.Mattermost.Client().DisablePlugin(ctx, catalog.PluginID); err != nil {
		return fmt.Errorf("disable the plugin: %w", err)
	}
	return nil
}

// WaitPlugin waits until the server says that the plugin runs.
func (s *Stack) WaitPlugin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pluginStartsWithin)
	defer cancel()
	return process.Until(ctx, func(ctx context.Context) error {
		statuses, _, err := s.Mattermost.Client().GetPluginStatuses(ctx)
		if err != nil {
			return fmt.Errorf("ask for the plugin's state: %w", err)
		}
		for _, status := range statuses {
			if status.PluginId != catalog.PluginID {
				continue
			}
			if status.State != model.PluginStateRunning {
				return fmt.Errorf("the plugin is in state %d, %s", status.State, status.Error)
			}
			return nil
		}
		return errors.New("the plugin is not installed")
	})
}

// Registration is an app registration in the emulator.
type Registration struct {
	ObjectID, ClientID, Secret string
}

// RegisterApplication makes the registration that Terraform makes with msteamssync_application, _admin_consent and
// _client_secret: the guide's permissions, granted.
func (s *Stack) RegisterApplication() (Registration, error) {
	dir := s.Emulator.Directory()
	redirectURI, err := catalog.RedirectURI(s.Mattermost.URL)
	if err != nil {
		return Registration{}, err
	}
	app, err := dir.CreateApplication(directory.Properties{}.Set("displayName", "Mattermost MS Teams Sync").
		Set("web", map[string]any{"redirectUris": []string{redirectURI}}), nil)
	if err != nil {
		return Registration{}, fmt.Errorf("register the application: %w", err)
	}
	principal, err := dir.CreateServicePrincipal(app.AppID, directory.Properties{}, nil)
	if err != nil {
		return Registration{}, fmt.Errorf("make the service principal: %w", err)
	}
	graph, ok := dir.ServicePrincipalByAppID(catalog.GraphAppID)
	if !ok {
		return Registration{}, errors.New("the emulator has no service principal of Microsoft Graph")
	}
	if err := dir.AddConsent(principal.ID, graph.ID, "", catalog.Guide(catalog.Delegated)); err != nil {
		return Registration{}, fmt.Errorf("grant the delegated permissions: %w", err)
	}
	for _, name := range catalog.Guide(catalog.Application) {
		permission, _ := catalog.Lookup(catalog.Application, name)
		if _, err := dir.Assign(principal.ID, graph.ID, permission.ID); err != nil {
			return Registration{}, fmt.Errorf("grant %s: %w", name, err)
		}
	}
	secret, err := dir.AddPassword(app.ID, directory.NewPassword{})
	if err != nil {
		return Registration{}, fmt.Errorf("make a client secret: %w", err)
	}
	return Registration{ObjectID: app.ID, ClientID: app.AppID, Secret: *secret.SecretText}, nil
}

// ConfigurePlugin writes the settings that connect the plugin with the emulator, and others over them. Keys are spelled
// as in plugin.json; the server's API replaces the whole map, so what is not named here is removed.
func (s *Stack) ConfigurePlugin(ctx context.Context, app Registration, others map[string]any) error {
	settings := map[string]any{
		"tenantid": s.Emulator.Directory().Tenant().ID, "clientid": app.ClientID, "clientsecret": app.Secret,
		"cloud": catalog.CustomCloud, "loginurl": s.Emulator.URL(), "graphurl": s.Emulator.URL(), "cacertificates": string(s.Emulator.CAPEM()),
		"encryptionkey": rand.Text() + rand.Text(), "webhooksecret": rand.Text() + rand.Text(),
		"evaluationapi": true,
	}
	maps.Copy(settings, others)
	body, err := json.Marshal(map[string]any{"PluginSettings": map[string]any{"Plugins": map[string]any{catalog.PluginID: settings}}})
	if err != nil {
		return fmt.Errorf("write the plugin's settings: %w", err)
	}
	resp, err := s.Mattermost.Client().DoAPIPut(ctx, "/config/patch", string(body))
	if err != nil {
		return fmt.Errorf("write the plugin's settings: %w", err)
	}
	return resp.Body.Close()
}
