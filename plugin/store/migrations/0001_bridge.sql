-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What the bridge keeps: which channels are one conversation, what is on its way, and which message became which.
-- Ids of both sides are text. Rows of a queue never hold a message's text: it is read where it lives when its turn comes.

CREATE TABLE msteamssync.links (
    id            text PRIMARY KEY,
    channel_id    text NOT NULL UNIQUE,
    team_id       text NOT NULL,            -- Mattermost's
    conversation  text NOT NULL UNIQUE,     -- id of the Teams channel or chat
    teams_team_id text NOT NULL,            -- '' for a chat
    creator_id    text NOT NULL,
    created_at    timestamptz NOT NULL      -- older messages are not carried
);

-- One lane per conversation and direction. Who holds the lease is the only worker on it; each claim raises the fence, and
-- every write of a worker checks it, so that a worker that lost its lease without noticing changes nothing.
CREATE TABLE msteamssync.lanes (
    conversation  text NOT NULL,
    direction     text NOT NULL CHECK (direction IN ('in', 'out')),
    holder        text NOT NULL DEFAULT '', -- node; '' = released
    fence         bigint NOT NULL DEFAULT 0,
    lease_until   timestamptz NOT NULL DEFAULT '-infinity',
    last_event_at timestamptz,              -- when an event was last carried
    last_error    text NOT NULL DEFAULT '',
    last_error_at timestamptz,
    not_carried   bigint NOT NULL DEFAULT 0, -- changes of carried messages that were only noted (message_map.behind)
    PRIMARY KEY (conversation, direction)
) WITH (fillfactor = 50);

-- Teams → Mattermost. One row per thing that changed, however often Graph says so: a repetition raises the generation,
-- and a worker deletes only the generation that it took.
CREATE TABLE msteamssync.inbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation  text NOT NULL,
    teams_team_id text NOT NULL,
    root          text NOT NULL,            -- '' for a root message
    message       text NOT NULL,
    change        text NOT NULL CHECK (change IN ('created', 'updated', 'deleted')),
    content_hash  text NOT NULL DEFAULT '', -- sha256 of the encrypted data; '' for a notification without data
    generation    integer NOT NULL DEFAULT 1,
    source_at     timestamptz NOT NULL,     -- orders the lane
    received_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'parked', 'dead')),
    not_before    timestamptz NOT NULL,     -- of a parked row: when it stops waiting
    parked_for    text NOT NULL DEFAULT '', -- what it waits for
    attempts      integer NOT NULL DEFAULT 0,
    last_error    text NOT NULL DEFAULT '',
    UNIQUE (conversation, root, message, change, content_hash)
) WITH (fillfactor = 80);
CREATE INDEX inbox_order ON msteamssync.inbox (conversation, source_at, id) WHERE state <> 'dead';
CREATE INDEX inbox_parked ON msteamssync.inbox (conversation, parked_for) WHERE parked_for <> '';

-- Mattermost → Teams. The subject tells two events of one post and kind apart (a reaction's user and emoji, a file).
CREATE TABLE msteamssync.outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation  text NOT NULL,
    post_id       text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('create', 'edit', 'delete', 'react', 'file')),
    subject       text NOT NULL DEFAULT '',
    root_id       text NOT NULL,            -- root post; '' for a root
    author_id     text NOT NULL,
    generation    integer NOT NULL DEFAULT 1,
    source_at     timestamptz NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'parked', 'dead')),
    not_before    timestamptz NOT NULL,     -- of a sending row: when to look whether it arrived
    parked_for    text NOT NULL DEFAULT '',
    attempts      integer NOT NULL DEFAULT 0,
    attempt_key   text NOT NULL DEFAULT '', -- one key per row, in every send of it
    attempted_at  timestamptz,              -- when the newest send began, until it is known not to have happened
    sender        text NOT NULL DEFAULT '', -- Teams user that the newest send speaks as
    looks         integer NOT NULL DEFAULT 0,
    last_error    text NOT NULL DEFAULT '',
    UNIQUE (conversation, post_id, kind, subject)
) WITH (fillfactor = 80);
CREATE INDEX outbox_order ON msteamssync.outbox (conversation, source_at, id) WHERE state <> 'dead';
CREATE INDEX outbox_parked ON msteamssync.outbox (conversation, parked_for) WHERE parked_for <> '';
CREATE INDEX outbox_waiting_for_account ON msteamssync.outbox (parked_for) WHERE parked_for LIKE 'account:%';
CREATE UNIQUE INDEX outbox_attempt ON msteamssync.outbox (attempt_key) WHERE attempt_key <> '';

-- Which message is which. Reserved before the other side has the message, confirmed when it has.
CREATE TABLE msteamssync.message_map (
    id            text PRIMARY KEY,
    conversation  text NOT NULL,
    teams_team_id text NOT NULL,
    root          text NOT NULL DEFAULT '', -- Teams root message; '' for a root
    message       text,                     -- Teams message; NULL until a send is confirmed
    part          integer NOT NULL DEFAULT 0, -- a message over the other side's limit has several
    channel_id    text NOT NULL,
    post_id       text,                     -- NULL until a post is confirmed
    root_post_id  text NOT NULL DEFAULT '', -- the thread the post is in; '' for a root
    direction     text NOT NULL CHECK (direction IN ('in', 'out')),
    state         text NOT NULL CHECK (state IN ('reserved', 'confirmed', 'tombstone')),
    alias_of      text REFERENCES msteamssync.message_map (id), -- a second name of another row's message
    account_id    text NOT NULL DEFAULT '', -- account it was sent with
    sender        text NOT NULL DEFAULT '', -- that account's Teams user, or the Teams author
    attempt_key   text NOT NULL DEFAULT '',
    teams_hash    text NOT NULL DEFAULT '', -- sha256 of the canonical text on each side when last carried
    post_hash     text NOT NULL DEFAULT '',
    reactions     jsonb NOT NULL DEFAULT '[]',
    behind        integer NOT NULL DEFAULT 0, -- changes that were noted but not carried
    reserved_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_at  timestamptz,
    UNIQUE (conversation, root, message, part)
);
CREATE UNIQUE INDEX message_map_post ON msteamssync.message_map (post_id, part) WHERE post_id IS NOT NULL;
CREATE INDEX message_map_attempt ON msteamssync.message_map (attempt_key) WHERE attempt_key <> '';

-- How far a channel's posts have been read by the scan that finds what no hook reported.
CREATE TABLE msteamssync.cursors (
    conversation  text NOT NULL,
    direction     text NOT NULL CHECK (direction IN ('in', 'out')),
    update_at     bigint NOT NULL,          -- milliseconds, Mattermost's clock
    post_id       text NOT NULL DEFAULT '',
    scanned_at    timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (conversation, direction)
);
