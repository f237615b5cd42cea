// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

const megabyte = 1_000_000

// files is the bridge's TeamsFiles over whatever client is in use.
type files struct{ service *Service }

var _ bridge.TeamsFiles = files{}

// OpenFile implements bridge.TeamsFiles.
func (f files) OpenFile(ctx context.Context, message bridge.TeamsMessage, attachment bridge.Attachment, as []bridge.Account) (bridge.Source, error) {
	c, err := graph(f).client()
	if err != nil {
		return bridge.Source{}, err
	}
	return c.OpenFile(ctx, message, attachment, as)
}

// OpenPicture implements bridge.TeamsFiles.
func (f files) OpenPicture(ctx context.Context, ref bridge.MessageRef, id string) (bridge.Source, error) {
	c, err := graph(f).client()
	if err != nil {
		return bridge.Source{}, err
	}
	return c.OpenPicture(ctx, ref, id)
}

// Upload implements bridge.TeamsFiles.
func (f files) Upload(ctx context.Context, as bridge.Account, in bridge.Conversation, file bridge.Source) (made bridge.Attachment, closedTo []string, err error) {
	c, err := graph(f).client()
	if err != nil {
		return bridge.Attachment{}, nil, err
	}
	return c.Upload(ctx, as, in, file)
}

// carriesFiles says whether files are carried, as the settings have it now.
func (s *Service) carriesFiles() bool {
	u := s.used.Load()
	return u != nil && u.settings.SyncFileAttachments
}
