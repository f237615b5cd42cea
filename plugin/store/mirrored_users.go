// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// PeopleChannel says that somebody is stood for by somebody else now. Payload: the Teams user, empty for anybody.
const PeopleChannel = "msteamssync_people"

// MirroredUser is a Mattermost user that stands for a Teams user.
type MirroredUser struct {
	TeamsUser   bridge.TeamsUserID
	User        bridge.UserID
	DisplayName string
	Mail        string
	UPN         string
	Kind        MirroredKind
	State       MirroredState
	Reason      MirroredReason
	PhotoHash   []byte // sha256; nil for none
	PhotoAt     time.Time
}

// MirroredKind is what the Teams user is to the tenant.
type MirroredKind string

// The kinds.
const (
	MirroredMember   MirroredKind = "member"
	MirroredGuest    MirroredKind = "guest"
	MirroredExternal MirroredKind = "external" // of another tenant
)

// MirroredState is what the Mattermost user is.
type MirroredState string

// The states.
const (
	MirroredActive   MirroredState = "active"
	MirroredInactive MirroredState = "inactive"
	Promoted         MirroredState = "promoted" // a regular user, somebody's own
)

// MirroredReason is why a mirrored user is inactive.
type MirroredReason string

// The reasons.
const (
	LeftTenant   MirroredReason = "left"      // deleted or switched off in the tenant
	Excluded     MirroredReason = "excluded"  // settings say that the person is not mirrored
	HasConnected MirroredReason = "connected" // the person's own Mattermost user took the mirror's place
)

const mirroredColumns = "teams_user_id, user_id, display_name, mail, user_principal_name, kind, state, reason, photo_hash, nullif(photo_at, '-infinity')"

func scanMirrored(row pgx.CollectableRow) (m MirroredUser, err error) {
	var photoAt *time.Time
	err = row.Scan(&m.TeamsUser, &m.User, &m.DisplayName, &m.Mail, &m.UPN, &m.Kind, &m.State, &m.Reason, &m.PhotoHash, &photoAt)
	if photoAt != nil {
		m.PhotoAt = *photoAt
	}
	return m, err
}

// MirroredUser finds the mirrored user of a Teams user.
func (s *Store) MirroredUser(ctx context.Context, user bridge.TeamsUserID) (MirroredUser, bool, error) {
	return s.findMirrored(ctx, "teams_user_id = $1", user)
}

// MirroredUserOf finds out whom a Mattermost user stands for.
func (s *Store) MirroredUserOf(ctx context.Context, user bridge.UserID) (MirroredUser, bool, error) {
	return s.findMirrored(ctx, "user_id = $1", user)
}

func (s *Store) findMirrored(ctx context.Context, condition string, arguments ...any) (MirroredUser, bool, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+mirroredColumns+" FROM msteamssync.mirrored_users WHERE "+condition, arguments...)
	m, err := pgx.CollectExactlyOneRow(rows, scanMirrored)
	if errors.Is(err, pgx.ErrNoRows) {
		return MirroredUser{}, false, nil
	}
	if err != nil {
		return MirroredUser{}, false, fmt.Errorf("find a mirrored user: %w", err)
	}
	return m, true, nil
}

// MirroredUsersOf finds the mirrored users of Teams users.
func (s *Store) MirroredUsersOf(ctx context.Context, users []bridge.TeamsUserID) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+mirroredColumns+" FROM msteamssync.mirrored_users WHERE teams_user_id = ANY ($1)", users)
	list, err := pgx.CollectRows(rows, scanMirrored)
	if err != nil {
		return nil, fmt.Errorf("read the mirrored users: %w", err)
	}
	return list, nil
}

// MirroredUsers lists those after a Teams user, in the order of these, up to limit.
func (s *Store) MirroredUsers(ctx context.Context, after bridge.TeamsUserID, limit int) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+mirroredColumns+" FROM msteamssync.mirrored_users WHERE teams_user_id > $1 ORDER BY teams_user_id LIMIT $2", after, limit)
	list, err := pgx.CollectRows(rows, scanMirrored)
	if err != nil {
		return nil, fmt.Errorf("read the mirrored users: %w", err)
	}
	return list, nil
}

// KeepMirrored records a mirrored user, new or changed. One that was promoted stays so.
func (s *Store) KeepMirrored(ctx context.Context, m MirroredUser) error {
	return s.changePeople(ctx, "keep a mirrored user", m.TeamsUser, `INSERT INTO msteamssync.mirrored_users AS m (teams_user_id, user_id, display_name, mail, user_principal_name, kind, state, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (teams_user_id) DO UPDATE SET user_id = excluded.user_id, display_name = excluded.display_name, mail = excluded.mail, user_principal_name = excluded.user_principal_name,
			kind = excluded.kind, updated_at = clock_timestamp(),
			state = CASE WHEN m.state = 'promoted' THEN m.state ELSE excluded.state END,
			reason = CASE WHEN m.state = 'promoted' THEN m.reason ELSE excluded.reason END`,
		m.TeamsUser, m.User, m.DisplayName, m.Mail, m.UPN, m.Kind, m.State, m.Reason)
}

// PromoteMirrored records that the user is a regular one from now on.
func (s *Store) PromoteMirrored(ctx context.Context, by bridge.UserID, m MirroredUser, name string) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE msteamssync.mirrored_users SET state = 'promoted', reason = '', updated_at = clock_timestamp() WHERE teams_user_id = $1`, m.TeamsUser); err != nil {
			return err
		}
		if err := notifyPeople(ctx, tx, m.TeamsUser); err != nil {
			return err
		}
		return audit(ctx, tx, by, "promote", string(m.User), map[string]string{"teams_user": string(m.TeamsUser), "username": name})
	})
	if err != nil {
		return fmt.Errorf("record a promoted user: %w", err)
	}
	return nil
}

// MirrorsWithOldPictures lists active mirrored users of the tenant's people whose pictures were not asked for since then, those
// first that were not the longest, up to limit.
func (s *Store) MirrorsWithOldPictures(ctx context.Context, age time.Duration, limit int) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, "SELECT "+mirroredColumns+` FROM msteamssync.mirrored_users
		WHERE state = 'active' AND kind <> 'external' AND photo_at < clock_timestamp() - make_interval(secs => $1) ORDER BY photo_at, teams_user_id LIMIT $2`, seconds(age), limit)
	list, err := pgx.CollectRows(rows, scanMirrored)
	if err != nil {
		return nil, fmt.Errorf("read whose pictures are old: %w", err)
	}
	return list, nil
}

// KeepPhoto records the picture that a mirrored user has; nil for none.
func (s *Store) KeepPhoto(ctx context.Context, user bridge.TeamsUserID, hash []byte) error {
	_, err := s.pool.Exec(ctx, "UPDATE msteamssync.mirrored_users SET photo_hash = $2, photo_at = clock_timestamp() WHERE teams_user_id = $1", user, hash)
	if err != nil {
		return fmt.Errorf("record a picture: %w", err)
	}
	return nil
}

// ConnectedMirrors lists active mirrored users of people who have connected an account.
func (s *Store) ConnectedMirrors(ctx context.Context) ([]MirroredUser, error) {
	rows, _ := s.pool.Query(ctx, `SELECT `+mirroredColumns+` FROM msteamssync.mirrored_users m WHERE state = 'active'
		AND EXISTS (SELECT FROM msteamssync.accounts a WHERE a.teams_user_id = m.teams_user_id AND NOT a.bot)`)
	list, err := pgx.CollectRows(rows, scanMirrored)
	if err != nil {
		return nil, fmt.Errorf("read the mirrored users: %w", err)
	}
	return list, nil
}

// CountMirrored counts the mirrored users by state.
func (s *Store) CountMirrored(ctx context.Context) (map[MirroredState]int, error) {
	rows, _ := s.pool.Query(ctx, "SELECT state, count(*) FROM msteamssync.mirrored_users GROUP BY 1")
	counts := map[MirroredState]int{}
	var state MirroredState
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		counts[state] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count the mirrored users: %w", err)
	}
	return counts, nil
}

func (s *Store) changePeople(ctx context.Context, doing string, user bridge.TeamsUserID, sql string, arguments ...any) error {
	err := s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sql, arguments...); err != nil {
			return err
		}
		return notifyPeople(ctx, tx, user)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func notifyPeople(ctx context.Context, tx pgx.Tx, user bridge.TeamsUserID) error {
	_, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", PeopleChannel, user)
	return err
}

// OnPeople calls f when somebody may be stood for by somebody else on any node; with an empty user, anybody.
func (s *Store) OnPeople(f func(user bridge.TeamsUserID)) (cancel func()) {
	return s.Subscribe(PeopleChannel, func(payload string, missed bool) {
		if missed {
			payload = ""
		}
		f(bridge.TeamsUserID(payload))
	})
}
