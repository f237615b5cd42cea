// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Changed tells all subscriptions about a change of a message. It only queues and so is quick; hand it to
// teams.State.Observe.
func (s *Subscriptions) Changed(change teams.Change) {
	now := s.config.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.byID {
		if !sub.watches.covers(change.Ref.Place, s.config.InChat) || !strings.Contains(sub.ChangeType, string(change.Type)) || sub.expired(now) {
			continue
		}
		if s.overCapacity(sub, now) {
			continue
		}
		path := changedPath(change.Ref)
		content, err := sub.sealed(change, path)
		if err != nil {
			panic(fmt.Sprintf("notify: a message cannot be encrypted: %v", err)) // the certificate was checked
		}
		it := s.item(sub, sub.NotificationURL, notification{
			ChangeType: string(change.Type),
			Resource:   path,
			ResourceData: &resourceData{
				Type: "#Microsoft.Graph.chatMessage", ODataID: path, MessageID: string(change.Ref.ID),
			},
			EncryptedContent: content,
		})
		if content != nil {
			it.app = sub.owner.AppID
		}
		if !s.mayDeliver(sub, now) {
			sub.held = append(sub.held, it)
			continue
		}
		s.deliver(it, path)
	}
}

func (s *Subscriptions) deliver(it item, resource string) {
	if s.config.Disturb == nil {
		s.sender.send(it, 0)
		return
	}
	for _, delay := range s.config.Disturb.Notification(resource) {
		s.sender.send(it, delay)
	}
}

// item completes a notification with what all of a subscription's notifications say.
func (s *Subscriptions) item(sub *subscription, endpoint string, n notification) item {
	n.SubscriptionID, n.ExpiresAt, n.TenantID = sub.ID, sub.ExpiresAt, sub.owner.TenantID
	n.ClientState = sub.ClientState
	body, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("notify: a notification cannot be encoded: %v", err)) // strings and times only
	}
	return item{endpoint: endpoint, body: body, born: s.config.Clock.Now()}
}
