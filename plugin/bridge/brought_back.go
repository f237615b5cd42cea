// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "context"

// repliesGoneWith lists the mappings of the replies that Mattermost took with the post of a root that was deleted in Teams. They
// stand in Teams, and come back together with their root. What a bot of ours wrote does not: from Teams nobody can tell for whom.
func (w *worker) repliesGoneWith(ctx context.Context, root Mapping) (gone []MappingID, err error) {
	if root.Ref.Root != "" || root.Post == "" || w.link.Conversation.IsChat() {
		return nil, nil
	}
	post, err := w.Mattermost.Post(ctx, root.Post)
	switch {
	case err != nil && ClassOf(err) == NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case post.DeleteAt == 0 || post.DeletedBy != w.Mattermost.Bot():
		return nil, nil
	}
	replies, err := w.Mattermost.Replies(ctx, post.ID)
	if err != nil {
		return nil, err
	}
	for _, reply := range replies {
		if reply.DeleteAt != post.DeleteAt {
			continue // it went by itself
		}
		mapping, known, err := w.Store.MappingOfPost(ctx, reply.ID)
		if err != nil {
			return nil, err
		}
		if !known || mapping.Copy || mapping.Ref.Root != root.Ref.ID {
			continue
		}
		bot, err := w.Accounts.WasBot(ctx, mapping.Sender)
		if err != nil {
			return nil, err
		}
		if !bot {
			gone = append(gone, mapping.ID)
		}
	}
	return gone, nil
}
