// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command ceiling is the plugin that the bridge is measured against: it posts through the plugin API as fast as the server
// takes it, after one RSA decryption each, and takes deliveries of notifications without doing anything about them. The
// benchmark builds, packs and installs it; it ships with nothing.
//
//	POST /changes  answers 202
//	POST /run      makes the posts of an Order and answers with a Run
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what Graph encrypts with
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// Order says what to post.
type Order struct {
	Channels []string `json:"channels"`
	Authors  []string `json:"authors"` // the author of a channel's posts stands at the channel's place
	Posts    int      `json:"posts"`
	AtOnce   int      `json:"at_once"`
}

// Run is how long it took.
type Run struct {
	Nanoseconds int64 `json:"nanoseconds"`
}

func main() { plugin.ClientMain(&ceiling{}) }

type ceiling struct {
	plugin.MattermostPlugin
	key    *rsa.PrivateKey
	sealed []byte
}

// OnActivate makes the key, and what is decrypted before each post.
func (c *ceiling) OnActivate() (err error) {
	if c.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return err
	}
	c.sealed, err = rsa.EncryptOAEP(sha1.New(), rand.Reader, &c.key.PublicKey, make([]byte, 32), nil) //nolint:gosec // see above
	return err
}

// ServeHTTP answers the two routes.
func (c *ceiling) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/changes" {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	var order Order
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	run, err := c.run(order)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(run)
}

func (c *ceiling) run(order Order) (Run, error) {
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, order.AtOnce)
	began := time.Now()
	for worker := range order.AtOnce {
		group.Go(func() {
			for errs[worker] == nil {
				i := int(next.Add(1)) - 1
				if i >= order.Posts {
					return
				}
				errs[worker] = c.post(order, i)
			}
		})
	}
	group.Wait()
	return Run{time.Since(began).Nanoseconds()}, errors.Join(errs...)
}

func (c *ceiling) post(order Order, i int) error {
	if _, err := rsa.DecryptOAEP(sha1.New(), nil, c.key, c.sealed, nil); err != nil { //nolint:gosec // see above
		return err
	}
	at := i % len(order.Channels)
	_, appErr := c.API.CreatePost(&model.Post{ChannelId: order.Channels[at], UserId: order.Authors[at], Message: fmt.Sprintf("message %d", i)})
	if appErr != nil {
		return appErr
	}
	return nil
}
