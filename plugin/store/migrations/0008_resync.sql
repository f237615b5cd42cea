-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What may have been missed in Teams, and how far it has been looked for. A row is a cursor: what changed before "since" has
-- been seen. While wanted is set something may be missing; a run reads Graph page by page and begins where it was cut off.
CREATE TABLE msteamssync.resyncs (
    conversation text NOT NULL REFERENCES msteamssync.links (conversation) ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('resync', 'backfill')),
    since        timestamptz NOT NULL,
    wanted       text NOT NULL DEFAULT '',    -- why; '' = nothing is known to be missing
    requests     bigint NOT NULL DEFAULT 0,   -- raised each time that it is wanted
    not_before   timestamptz NOT NULL DEFAULT '-infinity', -- of the next try
    hold_until   timestamptz NOT NULL DEFAULT '-infinity', -- what is newer waits in its lane for what was missed
    started_at   timestamptz,                 -- of the run under way; becomes since when it ends
    run_for      bigint NOT NULL DEFAULT 0,   -- requests when the run began: later ones need another run
    page         text NOT NULL DEFAULT '',    -- Graph's link to where the run goes on; '' = at the beginning
    found        integer NOT NULL DEFAULT 0,  -- by the run under way, or by the last one
    finished_at  timestamptz,
    failures     integer NOT NULL DEFAULT 0,  -- in a row
    last_error   text NOT NULL DEFAULT '',
    PRIMARY KEY (conversation, kind)
);

-- When any node was last known to take notifications. One row.
CREATE TABLE msteamssync.listening (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    heard_at timestamptz NOT NULL
);

-- For the clean-up.
CREATE INDEX message_map_tombstones ON msteamssync.message_map (reserved_at) WHERE state = 'tombstone';
CREATE INDEX message_map_sent_versions ON msteamssync.message_map (id) WHERE sent_versions <> '[]';

-- Old messages that a new link brings along go after everything else.
ALTER TABLE msteamssync.inbox ADD COLUMN backfill boolean NOT NULL DEFAULT false;
DROP INDEX msteamssync.inbox_order;
CREATE INDEX inbox_order ON msteamssync.inbox (conversation, backfill, source_at, id) WHERE state <> 'dead';
