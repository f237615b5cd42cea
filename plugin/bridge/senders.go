// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"time"
)

// senders are the accounts to try, in order: the author's own, then the bots, any of which will do. Who was refused in the
// conversation a moment ago comes last.
func (w *worker) senders(ctx context.Context, post Post) ([][]Account, error) {
	var groups [][]Account
	own, connected, err := w.Accounts.OfUser(ctx, post.Author)
	if err != nil {
		return nil, err
	}
	var bots []Account
	if !w.link.Conversation.IsChat() { // nobody else speaks in a chat
		if bots, err = w.Accounts.Bots(ctx); err != nil {
			return nil, err
		}
	}
	if post.System && len(bots) > 0 {
		connected = false // nobody wrote it
	}
	var late []Account
	if connected && w.refusals.fresh(own.ID, w.lease.Conversation) {
		late = append(late, own)
	} else if connected {
		groups = append(groups, []Account{own})
	}
	var able []Account
	if len(bots) > 0 {
		// Without limits each conversation keeps its bot, and conversations spread over the bots.
		spread := fnv.New32a()
		spread.Write([]byte(w.link.Conversation.ID))
		first := int(spread.Sum32() % uint32(len(bots)))
		for _, bot := range append(slices.Clone(bots[first:]), bots[:first]...) {
			if w.refusals.fresh(bot.ID, w.lease.Conversation) {
				late = append(late, bot)
			} else {
				able = append(able, bot)
			}
		}
	}
	if len(able) > 0 {
		groups = append(groups, able)
	}
	for _, account := range late {
		groups = append(groups, []Account{account})
	}
	return groups, nil
}

// refusals remembers which account Teams refused where, so that each message does not find out again.
type refusals struct {
	mu    sync.Mutex
	until map[refusal]time.Time
}

type refusal struct {
	account      AccountID
	conversation ConversationID
}

// rememberRefusal is how long a refusal is remembered. Somebody may mend it at any time.
const rememberRefusal = time.Minute

func (r *refusals) note(account AccountID, conversation ConversationID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(r.until, func(_ refusal, until time.Time) bool { return until.Before(now) })
	if r.until == nil {
		r.until = map[refusal]time.Time{}
	}
	r.until[refusal{account, conversation}] = now.Add(rememberRefusal)
}

func (r *refusals) fresh(account AccountID, conversation ConversationID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.until[refusal{account, conversation}])
}

// forget is for when somebody connected an account.
func (r *refusals) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.until)
}

func (w *worker) authorName(ctx context.Context, post Post) (string, error) {
	if post.AuthorName != "" {
		return post.AuthorName, nil
	}
	user, err := w.Mattermost.User(ctx, post.Author)
	if err != nil && ClassOf(err) != NotFound {
		return "", err
	}
	for _, name := range []string{user.DisplayName, user.Username} {
		if name != "" {
			return name, nil
		}
	}
	return "Unknown author", nil
}

// awaitAccount parks a post that nobody can send now: the accounts that were tried were refused. Its author is told, once for all
// that wait.
func (w *worker) awaitAccount(ctx context.Context, event *OutboundEvent, refused error, tried []AccountID) error {
	target := AccountConnected(event.Author)
	if event.WaitedFor == target {
		return &Failure{Class: Permanent, Err: errors.New("nobody connected a Microsoft Teams account that could send it in time")}
	}
	reason := "waits for a connected Microsoft Teams account"
	if refused != nil {
		reason += ": " + explain(refused)
	}
	if w.link.Conversation.IsChat() {
		if author, err := w.Mattermost.User(ctx, event.Author); err != nil && ClassOf(err) != NotFound {
			return err
		} else if err != nil || author.Bot {
			return w.skipPost(ctx, event, NoAccount)
		}
	}
	waiting, err := w.Store.Waiting(ctx, target)
	if err != nil {
		return err
	}
	err = w.park(ctx, event.Event, target, w.Tuning.AccountWait, reason)
	if !errors.Is(err, errWaiting) {
		return err
	}
	// An account that was connected since we asked who can send has woken nobody: we may have waited for a turn, and been refused
	// with what was connected before. Who connects gets a new account.
	senders, lookErr := w.senders(ctx, Post{Author: event.Author})
	if lookErr != nil {
		return lookErr
	}
	if slices.ContainsFunc(slices.Concat(senders...), func(a Account) bool { return !slices.Contains(tried, a.ID) }) {
		return errors.Join(w.AccountConnected(ctx, event.Author), err)
	}
	told, lookErr := w.Accounts.ToldLost(ctx, event.Author)
	if lookErr != nil {
		return lookErr
	}
	if waiting == 0 && !told && !event.Backfill {
		text := notSentYet
		if w.link.Conversation.IsChat() {
			text = notSentYetInChat
		}
		if notifyErr := w.Mattermost.Notify(ctx, event.Author, text); notifyErr != nil {
			w.Log.Warn("could not tell an author that a post waits", "user", event.Author, "error", notifyErr)
		}
	}
	return err
}

const notSentYet = "Your message in a channel that is linked with Microsoft Teams has not been sent to Teams yet: " +
	"there is no connected Teams account that could send it. Connect yours with `/msteams-sync connect`; " +
	"messages that wait are sent then, up to 7 days later."

const notSentYetInChat = "Your direct message has not been sent to Microsoft Teams yet: a direct message is sent with your own Teams account only. " +
	"Connect yours with `/msteams-sync connect`; messages that wait are sent then, up to 7 days later."
