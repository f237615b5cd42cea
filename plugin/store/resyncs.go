// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// ResyncKind tells the reasons to look for messages apart.
type ResyncKind string

// The kinds.
const (
	Catchup  ResyncKind = "resync"   // what happened while nobody listened
	Backfill ResyncKind = "backfill" // what is older than the link
	// BackfillToTeams is Backfill the other way: posts are looked for, not messages.
	BackfillToTeams ResyncKind = "backfill_to_teams"
)

// Why a resync is wanted.
const (
	WantedByPerson     = "requested"  // somebody asked for it
	WantedSubscription = "subscribed" // a subscription was made, or made anew: before it nobody told us anything
	WantedDown         = "down"       // no node ran for longer than Graph repeats notifications reliably
	WantedMissed       = "missed"     // Graph said that it lost notifications
	WantedDaily        = "daily"      // in case that notifications were lost without a word
	WantedLink         = "linked"     // somebody linked a channel and wants its old messages
)

// Resync is a search for what was missed in a conversation, as it stands.
type Resync struct {
	Conversation bridge.Conversation
	Kind         ResyncKind
	Since        time.Time // what changed earlier is known
	Wanted       string    // why it is wanted; empty when nothing is known to be missing
	StartedAt    time.Time // of the run under way; zero for none
	Page         string    // Graph's link to where the run goes on
	Found        int       // by the run under way, or by the last one
	FinishedAt   time.Time
	Failures     int // in a row
	LastError    string
}

const resyncColumns = `r.conversation, (SELECT l.teams_team_id FROM msteamssync.links l WHERE l.conversation = r.conversation), r.kind, r.since, r.wanted,
	r.started_at, r.page, r.found, r.finished_at, r.failures, r.last_error`

func scanResync(row pgx.CollectableRow) (r Resync, err error) {
	var started, finished *time.Time
	err = row.Scan(&r.Conversation.ID, &r.Conversation.Team, &r.Kind, &r.Since, &r.Wanted, &started, &r.Page, &r.Found, &finished, &r.Failures, &r.LastError)
	r.StartedAt, r.FinishedAt = orZero(started), orZero(finished)
	return r, err
}

// Resyncs returns how all stand.
func (s *Store) Resyncs(ctx context.Context) ([]Resync, error) {
	return s.resyncs(ctx, "true")
}

// DueResyncs returns those that are wanted and whose time has come.
func (s *Store) DueResyncs(ctx context.Context) ([]Resync, error) {
	return s.resyncs(ctx, "r.wanted <> '' AND r.not_before <= clock_timestamp()")
}

func (s *Store) resyncs(ctx context.Context, condition string) ([]Resync, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+resyncColumns+" FROM msteamssync.resyncs r WHERE "+condition+" ORDER BY r.kind DESC, r.conversation")
	all, err := pgx.CollectRows(rows, scanResync)
	if err != nil {
		return nil, fmt.Errorf("read the resyncs: %w", err)
	}
	return all, nil
}

// Scope names the conversations that a subscription is about, for WantResync.
func Scope(s Subscription) bridge.ConversationID {
	person, ofPerson := strings.CutPrefix(s.Resource, "/users/")
	switch {
	case s.Conversation.ID != "":
		return s.Conversation.ID
	case ofPerson:
		person, _, _ = strings.Cut(person, "/")
		return bridge.ConversationID(chatsOf + person)
	case strings.HasPrefix(s.Resource, "/chats/"):
		return allChats
	}
	return allChannels
}

// The scopes of several conversations; an empty one is all of them.
const (
	allChannels = "channels"
	allChats    = "chats"
	chatsOf     = "chats of "
)

// inScope tells whether a link l is in the scope $1.
const inScope = `($1 = '' OR l.conversation = $1 OR $1 = '` + allChannels + `' AND l.teams_team_id <> '' OR l.teams_team_id = '' AND ($1 = '` + allChats + `'
	OR $1 LIKE '` + chatsOf + `%' AND EXISTS (SELECT FROM msteamssync.chats c WHERE c.conversation = l.conversation AND substr($1, 10) = ANY (c.members))))`

// WantResync has what may have been missed in the conversation looked for, also when a run is under way; in several of them
// when it names a scope. It tells whether there is such a link.
func (s *Store) WantResync(ctx context.Context, conversation bridge.ConversationID, why string) (linked bool, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		linked, err = wantResync(ctx, tx, conversation, why)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("ask for a resync: %w", err)
	}
	return linked, nil
}

// wantResync is WantResync for who knows of the gap in a transaction of their own.
func wantResync(ctx context.Context, on executor, conversation bridge.ConversationID, why string) (linked bool, err error) {
	tag, err := on.Exec(ctx, `INSERT INTO msteamssync.resyncs AS r (conversation, kind, since, wanted, requests, hold_until)
		SELECT conversation, 'resync', `+knownSince+`, $2, 1, `+holdFrom("$3")+` FROM msteamssync.links l WHERE `+inScope+` ORDER BY conversation
		ON CONFLICT (conversation, kind) DO UPDATE SET wanted = excluded.wanted, requests = r.requests + 1, not_before = '-infinity',
			hold_until = greatest(r.hold_until, excluded.hold_until)`, conversation, why, gap(why))
	return tag.RowsAffected() > 0, err
}

// gap tells whether something was probably missed. Then what is newer waits for it.
func gap(why string) bool {
	return why == WantedSubscription || why == WantedDown || why == WantedMissed
}

// holdFor is how long a lane waits for what was missed to be found, at first and from each page on; longestHold is the longest.
// A search that does not go on must not hold up what people write now.
const holdFor, longestHold = "interval '1 minute'", "interval '10 minutes'"

func holdFrom(condition string) string {
	return "CASE WHEN " + condition + " THEN clock_timestamp() + " + holdFor + " ELSE '-infinity' END"
}

// expectGap holds the lane of a conversation whose subscription is about to be made: the first notifications may come before
// Graph's answer, and they are newer than what was missed. Where another subscription delivers meanwhile nothing is missed.
func expectGap(ctx context.Context, on pgx.Tx, subscription string) error {
	rows, _ := on.Query(ctx, "SELECT "+subscriptionColumns+" FROM msteamssync.subscriptions WHERE id = $1", subscription)
	s, err := pgx.CollectExactlyOneRow(rows, subscriptionOf)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && s.GapSince.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = on.Exec(ctx, `INSERT INTO msteamssync.resyncs AS r (conversation, kind, since, hold_until)
		SELECT l.conversation, 'resync', `+knownSince+`, `+holdFrom("true")+` FROM msteamssync.links l WHERE `+inScope+` ORDER BY l.conversation
		ON CONFLICT (conversation, kind) DO UPDATE SET hold_until = excluded.hold_until`, Scope(s))
	return err
}

// knownSince is the cursor of a link that has none: one of a version that kept none is not older than the longest gap that
// is looked for without being asked.
const knownSince = "greatest(l.created_at, clock_timestamp() - interval '1 day')"

// noGap takes back what expectGap expected: Graph had the subscription all along.
func noGap(ctx context.Context, on executor, conversation bridge.ConversationID) error {
	_, err := on.Exec(ctx, `UPDATE msteamssync.resyncs r SET hold_until = '-infinity' FROM msteamssync.links l
		WHERE l.conversation = r.conversation AND `+inScope+` AND r.wanted = '' AND r.hold_until > clock_timestamp()`, conversation)
	return err
}

// Listen notes that notifications are being taken. When nobody has noted that for longer than the limit, all conversations
// may have missed something; one that has not been looked at for a day is looked at in any case. It returns how long nobody
// listened.
func (s *Store) Listen(ctx context.Context, limit time.Duration) (silence time.Duration, err error) {
	err = s.transact(ctx, func(tx pgx.Tx) error {
		var quiet float64
		if err := tx.QueryRow(ctx, `INSERT INTO msteamssync.listening AS l (heard_at) VALUES (clock_timestamp())
			ON CONFLICT (one) DO UPDATE SET heard_at = l.heard_at
			RETURNING extract(epoch FROM clock_timestamp() - heard_at)::float8`).Scan(&quiet); err != nil {
			return err
		}
		silence = time.Duration(quiet * float64(time.Second))
		if _, err := tx.Exec(ctx, `INSERT INTO msteamssync.resyncs (conversation, kind, since) SELECT conversation, 'resync', `+knownSince+`
			FROM msteamssync.links l ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		why, condition := WantedDaily, "wanted = '' AND since < clock_timestamp() - interval '1 day'"
		if silence > limit {
			why, condition = WantedDown, "true"
		}
		if _, err := tx.Exec(ctx, `UPDATE msteamssync.resyncs SET wanted = $1, requests = requests + 1, not_before = '-infinity',
				hold_until = greatest(hold_until, `+holdFrom("$2")+`)
			WHERE kind = 'resync' AND `+condition, why, gap(why)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE msteamssync.listening SET heard_at = clock_timestamp()")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("note that somebody listens: %w", err)
	}
	return silence, nil
}

// ErrResyncLost says that another run has come further, or that nothing is wanted any more.
var ErrResyncLost = errors.New("another node goes on with the resync")

// BeginResync begins a run, or returns the one that was cut off; false when none is wanted.
func (s *Store) BeginResync(ctx context.Context, conversation bridge.ConversationID, kind ResyncKind) (Resync, bool, error) {
	rows, _ := s.pool.Query(ctx, `UPDATE msteamssync.resyncs r SET started_at = coalesce(started_at, clock_timestamp()),
			run_for = CASE WHEN started_at IS NULL THEN requests ELSE run_for END, found = CASE WHEN started_at IS NULL THEN 0 ELSE found END
		WHERE conversation = $1 AND kind = $2 AND wanted <> '' AND EXISTS (SELECT FROM msteamssync.links l WHERE l.conversation = r.conversation)
		RETURNING `+resyncColumns, conversation, kind)
	r, err := pgx.CollectExactlyOneRow(rows, scanResync)
	if errors.Is(err, pgx.ErrNoRows) {
		return Resync{}, false, nil
	}
	if err != nil {
		return Resync{}, false, fmt.Errorf("begin a resync: %w", err)
	}
	return r, true, nil
}

// foundFor is how long what a run found waits for the run's end at most.
const foundFor = time.Hour

// TurnPage commits what was found on the run's page, and the next page; without one the run ends. What it found comes into
// the lane when the run ends, all at once, because pages have no order. It fails with ErrResyncLost.
func (s *Store) TurnPage(ctx context.Context, r Resync, found []bridge.Arrival, next string) (Resync, error) {
	return s.turn(ctx, r, len(found), next, bridge.Inbound, func(tx pgx.Tx) error {
		if err := keepFound(ctx, tx, r, found); err != nil || next != "" {
			return err
		}
		return s.wake(ctx, tx, r.Conversation.ID, bridge.Resynced(string(r.Kind)))
	})
}

// turn commits what keep does, and the next page of a run, or its end.
func (s *Store) turn(ctx context.Context, r Resync, found int, next string, to bridge.Direction, keep func(pgx.Tx) error) (Resync, error) {
	turned := r
	err := s.transact(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `UPDATE msteamssync.resyncs r SET page = $5, found = found + $6, failures = 0, last_error = '',
				hold_until = CASE WHEN hold_until > clock_timestamp() THEN least(clock_timestamp() + `+holdFor+`, started_at + `+longestHold+`) ELSE hold_until END
			WHERE conversation = $1 AND kind = $2 AND page = $3 AND started_at = $4 RETURNING `+resyncColumns,
			r.Conversation.ID, r.Kind, r.Page, r.StartedAt, next, found)
		var err error
		if turned, err = pgx.CollectExactlyOneRow(rows, scanResync); errors.Is(err, pgx.ErrNoRows) {
			return ErrResyncLost
		} else if err != nil {
			return err
		}
		if err := exclude(ctx, tx, r.Conversation.ID); err != nil { // first, as workers do
			return err
		}
		if err := keep(tx); err != nil {
			return err
		}
		if next == "" {
			if turned.Wanted, err = endResync(ctx, tx, r); err != nil {
				return err
			}
		} else if to == bridge.Inbound {
			return nil // what was found waits for the end
		}
		return s.notifyLane(ctx, tx, bridge.Lane{Conversation: r.Conversation.ID, Direction: to}, 0)
	})
	if err != nil {
		return r, fmt.Errorf("record a page of a resync: %w", err)
	}
	return turned, nil
}

// endResync ends a run. It returns why another one is wanted; empty when none is.
func endResync(ctx context.Context, tx pgx.Tx, r Resync) (wanted string, err error) {
	if r.Kind != Catchup {
		_, err := tx.Exec(ctx, "DELETE FROM msteamssync.resyncs WHERE conversation = $1 AND kind = $2", r.Conversation.ID, r.Kind)
		return "", err
	}
	err = tx.QueryRow(ctx, `UPDATE msteamssync.resyncs SET since = started_at, started_at = NULL, finished_at = clock_timestamp(),
		hold_until = CASE WHEN requests = run_for THEN '-infinity' ELSE hold_until END,
		wanted = CASE WHEN requests = run_for THEN '' ELSE wanted END WHERE conversation = $1 AND kind = $2 RETURNING wanted`, r.Conversation.ID, r.Kind).Scan(&wanted)
	return wanted, err
}

// keepFound queues what was found, parked until the run ends. What is queued already is looked at once more after it; what
// was given up stays so. A message that nobody has touched and that waits together with its notification is left to that one:
// beside an event without the message, it would be fetched (sealedColumn).
func keepFound(ctx context.Context, tx pgx.Tx, r Resync, found []bridge.Arrival) error {
	if len(found) == 0 {
		return nil
	}
	if err := lanesFor([]string{string(r.Conversation.ID)}).exec(ctx, tx); err != nil {
		return err
	}
	var roots, messages, kinds []string
	var times []time.Time
	var untouched []bool
	for _, a := range found {
		untouched = append(untouched, a.Untouched)
		roots = append(roots, string(a.Ref.Root))
		messages = append(messages, string(a.Ref.ID))
		kinds = append(kinds, changes[a.Kind])
		times = append(times, a.SourceAt)
	}
	_, err := tx.Exec(ctx, `INSERT INTO msteamssync.inbox AS i
			(conversation, teams_team_id, root, message, change, source_at, backfill, state, parked_for, last_error, not_before)
		SELECT DISTINCT ON (f.r, f.m, f.k) $1, $2, f.r, f.m, f.k, f.at, $7::boolean, 'parked', $8, 'waits for the end of the resync that found it', clock_timestamp() + make_interval(secs => $9)
		FROM unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $10::boolean[]) AS f (r, m, k, at, untouched)
		WHERE NOT (f.untouched AND EXISTS (SELECT FROM msteamssync.inbox o WHERE o.conversation = $1 AND o.root = f.r AND o.message = f.m
			AND o.change = f.k AND o.sealed IS NOT NULL AND o.state <> 'dead'))
		ORDER BY f.r, f.m, f.k, f.at
		ON CONFLICT (conversation, root, message, change, content_hash) DO UPDATE SET generation = i.generation + 1 WHERE i.state <> 'dead'`,
		r.Conversation.ID, r.Conversation.Team, roots, messages, kinds, times, r.Kind == Backfill, bridge.Resynced(string(r.Kind)), seconds(foundFor), untouched)
	return err
}

// FailResync records why a run could not go on and when it does; from the beginning, if Graph does not know the page any
// more.
func (s *Store) FailResync(ctx context.Context, r Resync, reason string, after time.Duration, restart bool) error {
	_, err := s.pool.Exec(ctx, `UPDATE msteamssync.resyncs SET failures = failures + 1, last_error = $4,
			not_before = clock_timestamp() + make_interval(secs => $5), page = CASE WHEN $6 THEN '' ELSE page END
		WHERE conversation = $1 AND kind = $2 AND page = $3`, r.Conversation.ID, r.Kind, r.Page, reason, seconds(after), restart)
	if err != nil {
		return fmt.Errorf("record a failed resync: %w", err)
	}
	return nil
}

// MappingsOfMessages finds the mappings of a conversation's messages.
func (s *Store) MappingsOfMessages(ctx context.Context, conversation bridge.ConversationID, refs []bridge.MessageRef) (map[bridge.MessageRef]bridge.Mapping, error) {
	var roots, messages []string
	for _, ref := range refs {
		roots = append(roots, string(ref.Root))
		messages = append(messages, string(ref.ID))
	}
	found, err := findMappings(ctx, s.pool, `k.conversation = $1 AND k.alias_of IS NULL AND k.part = 0
		AND (k.root, k.message) IN (SELECT * FROM unnest($2::text[], $3::text[]))`, conversation, roots, messages)
	if err != nil {
		return nil, err
	}
	mappings := map[bridge.MessageRef]bridge.Mapping{}
	for _, m := range found {
		m.Ref.Conversation.Team = "" // of who asks
		mappings[m.Ref] = m
	}
	return mappings, nil
}
