// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Chats opens direct and group messages.
type Chats interface {
	Open(ctx context.Context, by bridge.UserID, names []string) (bridge.ChannelID, error)
}

func (c *Command) chat(ctx context.Context, call Call, arguments []string) (string, error) {
	if _, err := c.Chats.Open(ctx, call.User, arguments); err != nil {
		return "", err
	}
	return call.say("The conversation is open: you find it among your direct messages."), nil
}
