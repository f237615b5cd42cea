// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"encoding/json"
	"net/http"
)

// configuration is the part of the server's configuration that this package reads. Settings of plugins stay as the
// server wrote them, so that what belongs to others goes back byte for byte.
type configuration struct {
	ServiceSettings struct {
		SiteURL string
	}
	SqlSettings struct { //nolint:revive // the server's name
		DriverName string
	}
	PluginSettings struct {
		Enable                 *bool
		EnableUploads          *bool
		RequirePluginSignature *bool
		Plugins                map[string]pluginSettings
		PluginStates           map[string]struct{ Enable bool }
	}
}

// pluginSettings are one plugin's settings by key, in the spelling in which each was saved.
type pluginSettings map[string]json.RawMessage

// readConfig fetches the configuration. version is the server's, as its answer's header names it.
func (s *Server) readConfig(ctx context.Context) (cfg configuration, version string, err error) {
	const doing = "read the configuration"
	api, err := s.client(ctx)
	if err != nil {
		return cfg, "", err
	}
	response, err := api.DoAPIGet(ctx, "/config", "")
	if err != nil {
		return cfg, "", s.failure(doing, httpStatus(response), err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&cfg); err != nil {
		return cfg, "", s.failure(doing, response.StatusCode, err)
	}
	return cfg, response.Header.Get("X-Version-Id"), nil
}

// writePlugins replaces the settings of all plugins, which is the smallest unit that the server's API can write.
func (s *Server) writePlugins(ctx context.Context, plugins map[string]pluginSettings) error {
	const doing = "save the plugin settings"
	api, err := s.client(ctx)
	if err != nil {
		return err
	}
	var patch struct {
		PluginSettings struct{ Plugins map[string]pluginSettings }
	}
	patch.PluginSettings.Plugins = plugins
	response, err := api.DoAPIPutJSON(ctx, "/config/patch", patch)
	if err != nil {
		return s.failure(doing, httpStatus(response), err)
	}
	return response.Body.Close()
}

func httpStatus(response *http.Response) int {
	if response == nil {
		return 0
	}
	return response.StatusCode
}
