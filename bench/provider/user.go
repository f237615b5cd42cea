// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// user is somebody who logs in, again and again, with whatever client secret the plugin holds at the moment.
type user struct {
	quit  chan struct{}
	ended chan struct{}

	used    int           // log-ins that were accepted
	refused time.Duration // the longest time without one, if any was refused
	err     error
}

// pause is between two log-ins: short against any gap, and long enough not to be what is measured.
const pause = 20 * time.Millisecond

// useCredentials starts one for the application.
func (b *bench) useCredentials(clientID string) *user {
	u := &user{quit: make(chan struct{}), ended: make(chan struct{})}
	config := filepath.Join(b.stack.Mattermost.Dir, "config", "config.json")
	address := b.stack.Emulator.URL()
	client := b.stack.Emulator.HTTPClient()
	go func() {
		defer close(u.ended)
		tick := time.NewTicker(pause)
		defer tick.Stop()
		var since time.Time // of the first refusal in a row
		for u.err == nil {
			select {
			case <-u.quit:
				return
			case <-tick.C:
			}
			secret, ok := heldSecret(config)
			if !ok { // the server is writing the file
				continue
			}
			accepted, err := logsIn(client, address, clientID, secret)
			now := time.Now()
			switch {
			case err != nil:
				u.err = err
			case accepted:
				u.used++
				since = time.Time{}
			case since.IsZero():
				since = now
				u.refused = max(u.refused, time.Nanosecond)
			default:
				u.refused = max(u.refused, now.Sub(since))
			}
		}
	}()
	return u
}

// stop ends it and returns the longest time in which it was refused, and how often it was accepted.
func (u *user) stop() (refused time.Duration, used int, err error) {
	close(u.quit)
	<-u.ended
	return u.refused, u.used, u.err
}

// heldSecret reads the plugin's client secret from the server's configuration.
func heldSecret(config string) (secret string, ok bool) {
	content, err := os.ReadFile(config)
	if err != nil {
		return "", false
	}
	var saved struct {
		PluginSettings struct {
			Plugins map[string]struct {
				Secret string `json:"clientsecret"`
			}
		}
	}
	if json.Unmarshal(content, &saved) != nil {
		return "", false
	}
	secret = saved.PluginSettings.Plugins[catalog.PluginID].Secret
	return secret, secret != ""
}

// logsIn asks for a token as the application.
func logsIn(client *http.Client, address, clientID, secret string) (bool, error) {
	response, err := client.PostForm(address+"/"+directory.DemoTenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {secret}, "scope": {address + "/.default"},
	})
	if err != nil {
		return false, fmt.Errorf("ask for a token: %w", err)
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK, nil
}
