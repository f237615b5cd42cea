// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"bytes"
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// pictures are being fetched in the background: no message waits for one.
type pictures struct {
	turns   chan struct{}
	running sync.WaitGroup
	life    context.Context
	end     context.CancelFunc
}

// picturesAtOnce is how many are fetched at a time; pictureTimeout bounds each.
const (
	picturesAtOnce = 2
	pictureTimeout = 30 * time.Second
)

func (p *pictures) init() {
	p.turns = make(chan struct{}, picturesAtOnce)
	p.life, p.end = context.WithCancel(context.Background())
}

func (p *pictures) stop() {
	p.end()
	p.running.Wait()
}

// fetchPicture gives a mirrored user the person's picture, soon.
func (p *People) fetchPicture(directory Directory, m store.MirroredUser) {
	if p.pictures.life.Err() != nil {
		return
	}
	p.pictures.running.Go(func() {
		select {
		case p.pictures.turns <- struct{}{}:
		case <-p.pictures.life.Done():
			return
		}
		defer func() { <-p.pictures.turns }()
		ctx, cancel := context.WithTimeout(p.pictures.life, pictureTimeout)
		defer cancel()
		if err := p.refreshPicture(ctx, directory, m); err != nil && p.pictures.life.Err() == nil {
			p.Log.Info("could not give a mirrored user the person's picture", "user", m.User, "error", err)
		}
	})
}

// refreshPicture gives a mirrored user the person's picture when that is not the one it has.
func (p *People) refreshPicture(ctx context.Context, directory Directory, m store.MirroredUser) error {
	if m.Kind == store.MirroredExternal {
		return nil
	}
	picture, err := directory.Photo(ctx, m.TeamsUser)
	switch class := bridge.ClassOf(err); {
	case err != nil && (class == bridge.NotFound || class == bridge.Permanent || class == bridge.UserAction):
		return p.Store.KeepPhoto(ctx, m.TeamsUser, m.PhotoHash) // there is none, or none to be had; it keeps what it has
	case err != nil:
		return err
	}
	sum := sha256.Sum256(picture)
	if bytes.Equal(sum[:], m.PhotoHash) {
		return p.Store.KeepPhoto(ctx, m.TeamsUser, m.PhotoHash)
	}
	if err := p.Mattermost.SetPicture(ctx, m.User, picture); err != nil {
		return err
	}
	return p.Store.KeepPhoto(ctx, m.TeamsUser, sum[:])
}
