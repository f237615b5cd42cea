-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Old posts that a new link brings along to Teams go after everything else: 2 is an old post, 1 one that something waits for which
-- was written since, 0 everything else.
ALTER TABLE msteamssync.outbox ADD COLUMN backfill smallint NOT NULL DEFAULT 0;
DROP INDEX msteamssync.outbox_order;
CREATE INDEX outbox_order ON msteamssync.outbox (conversation, backfill, source_at, id) WHERE state <> 'dead';

-- Of a backfill to Teams, page is the time and the id of the last post that was looked at.
ALTER TABLE msteamssync.resyncs DROP CONSTRAINT resyncs_kind_check;
ALTER TABLE msteamssync.resyncs ADD CONSTRAINT resyncs_kind_check CHECK (kind IN ('resync', 'backfill', 'backfill_to_teams'));

-- Requests say so for both ways.
ALTER TABLE msteamssync.link_requests ADD COLUMN backfill_to_teams_days integer NOT NULL DEFAULT 0;
