// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// shared is what all clients of one server in this process have in common.
type shared struct {
	lock   chan struct{} // holds one token: whoever rewrites the configuration takes it
	warned bool          // under lock: the warning about settings that the API leaves out was given
}

// servers holds what is shared, by the server's address.
var servers = struct {
	sync.Mutex
	byURL map[string]*shared
}{byURL: map[string]*shared{}}

func sharedBy(url string) *shared {
	servers.Lock()
	defer servers.Unlock()
	if servers.byURL[url] == nil {
		servers.byURL[url] = &shared{lock: make(chan struct{}, 1)}
		servers.byURL[url].lock <- struct{}{}
	}
	return servers.byURL[url]
}

// exclusively runs do while nothing else in this process rewrites the server's configuration.
func (s *Server) exclusively(ctx context.Context, do func() error) error {
	select {
	case <-s.shared.lock:
	case <-ctx.Done():
		return fmt.Errorf("waiting for another change to the configuration of %s: %w", s.cfg.URL, context.Cause(ctx))
	}
	defer func() { s.shared.lock <- struct{}{} }()
	return do()
}

// Edit says what to change about the plugin's settings: values to save and keys to remove. Keys are spelled as in the
// manifest and saved in lower case, as the System Console does; other spellings of an edited key are removed, because
// with two spellings the plugin gets either value.
type Edit struct {
	Set   map[string]any // text, truth values and whole numbers
	Clear []string
}

// maxSaves bounds how often a change that another process overwrote is saved again.
const maxSaves = 5

// errOverwritten says that what was saved is not what the server has now.
var errOverwritten = errors.New("the server does not have the saved values")

// Settings reads the plugin's settings.
func (s *Server) Settings(ctx context.Context) (Settings, error) {
	cfg, _, err := s.readConfig(ctx)
	return Settings{saved: cfg.PluginSettings.Plugins[catalog.PluginID]}, err
}

// EditSettings changes the plugin's settings. decide gets them as they are and may be called again when another process
// overwrites the change. warnings are sentences for the user.
//
// The server's API replaces the settings of all plugins at once, and reads, merges and saves without a lock. So the
// whole map is read, everything else goes back as it was read (the server puts the real value in the place of a mask),
// and the result is read again and compared.
func (s *Server) EditSettings(ctx context.Context, decide func(Settings) (Edit, error)) (warnings []string, err error) {
	err = s.exclusively(ctx, func() error {
		saves := 0
		return s.policy.Retry(ctx,
			func(err error) bool { return errors.Is(err, errOverwritten) && saves < maxSaves },
			func(ctx context.Context) error {
				saves++
				warning, err := s.editOnce(ctx, decide)
				if warning != "" {
					warnings = append(warnings, warning)
				}
				return err
			})
	})
	if errors.Is(err, errOverwritten) {
		err = &Error{Doing: "save the plugin settings", URL: s.cfg.URL, Message: err.Error(),
			Mend: "Something else rewrites the configuration at the same time, the server's configuration is read-only (ClusterSettings.ReadOnlyConfig), or the account may not write plugin settings (permission sysconsole_write_plugins)."}
	}
	return warnings, err
}

func (s *Server) editOnce(ctx context.Context, decide func(Settings) (Edit, error)) (warning string, err error) {
	cfg, _, err := s.readConfig(ctx)
	if err != nil {
		return "", err
	}
	all := cfg.PluginSettings.Plugins
	edit, err := decide(Settings{saved: all[catalog.PluginID]})
	if err != nil {
		return "", err
	}
	edited, err := edit.apply(all[catalog.PluginID])
	if err != nil || maps.EqualFunc(edited, all[catalog.PluginID], sameJSON) {
		return "", err
	}
	if !s.shared.warned {
		if warning, err = s.warnOfErased(ctx, cfg); err != nil {
			return "", err
		}
		s.shared.warned = true
	}
	all = maps.Clone(all)
	if all == nil {
		all = map[string]pluginSettings{}
	}
	all[catalog.PluginID] = edited
	if len(edited) == 0 {
		delete(all, catalog.PluginID)
	}
	if err := s.writePlugins(ctx, all); err != nil {
		return warning, err
	}
	after, err := s.Settings(ctx)
	if err != nil {
		return warning, err
	}
	if key, ok := edit.holds(after); !ok {
		return warning, fmt.Errorf("%w (setting %s)", errOverwritten, key)
	}
	return warning, nil
}

// apply returns the settings after the edit.
func (e Edit) apply(saved pluginSettings) (pluginSettings, error) {
	edited := maps.Clone(saved)
	if edited == nil {
		edited = pluginSettings{}
	}
	for _, key := range slices.Concat(e.Clear, slices.Collect(maps.Keys(e.Set))) {
		maps.DeleteFunc(edited, func(k string, _ json.RawMessage) bool { return strings.EqualFold(k, key) })
	}
	for key, value := range e.Set {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("setting %s has a value of type %T, which cannot be saved", key, value)
		}
		edited[strings.ToLower(key)] = raw
	}
	return edited, nil
}

// holds reports whether the settings are as the edit wants them, and else names a key that is not. A masked value
// counts as saved: it is compared by fingerprint where that matters.
func (e Edit) holds(now Settings) (key string, ok bool) {
	for _, key := range e.Clear {
		if now.Has(key) {
			return key, false
		}
	}
	for key, value := range e.Set {
		saved, present := now.Lookup(key)
		want, _ := json.Marshal(value)
		if !present || saved.Ambiguous || len(now.spellings(key)) > 1 || !saved.Masked && !sameJSON(saved.raw, want) {
			return key, false
		}
	}
	return "", true
}

// warnOfErased names the plugins whose settings the API leaves out when it is asked for the configuration, and which are
// therefore erased when the map is saved. That is the server's doing, at each save in the System Console too; what is
// lost cannot be read, so it cannot be kept.
func (s *Server) warnOfErased(ctx context.Context, cfg configuration) (string, error) {
	installed, err := s.installed(ctx)
	if err != nil {
		return "", err
	}
	var known model.PluginSettings // with the ids that every server lists, installed or not
	known.SetDefaults(model.LogSettings{})
	var left []string
	for id, manifest := range installed {
		if _, shown := cfg.PluginSettings.Plugins[id]; !shown && id != catalog.PluginID && manifest.SettingsSchema == nil {
			left = append(left, id)
		}
	}
	for id := range cfg.PluginSettings.PluginStates {
		_, shown := cfg.PluginSettings.Plugins[id]
		_, here := installed[id]
		_, everywhere := known.PluginStates[id]
		if !shown && !here && !everywhere && id != catalog.PluginID {
			left = append(left, id)
		}
	}
	if len(left) == 0 {
		return "", nil
	}
	slices.Sort(left)
	return fmt.Sprintf("Mattermost does not show the settings of plugins that are not installed or declare none, and erases them whenever plugin settings are saved, "+
		"in the System Console too. If you keep settings for %s in the configuration, check them.", strings.Join(left, ", ")), nil
}
