-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Edits, deletes and reactions. A mapping records what both sides showed when they last agreed (teams_hash, teams_form,
-- post_hash, reactions, deleted); whoever differs from that has changed. A change is written on one side at a time: either
-- writing is set, or the outbox has a row of the post in the state "sending", never both.

ALTER TABLE msteamssync.message_map
    DROP COLUMN behind,
    ADD COLUMN teams_form    text NOT NULL DEFAULT '',      -- sha256 of the Teams text with its form; '' = not known yet
    ADD COLUMN deleted       boolean NOT NULL DEFAULT false,
    ADD COLUMN version       bigint NOT NULL DEFAULT 0,     -- raised by each change of this row
    ADD COLUMN writing       boolean NOT NULL DEFAULT false, -- the post is being changed
    ADD COLUMN written       text[] NOT NULL DEFAULT '{}',  -- post hashes that are being written, not confirmed
    ADD COLUMN sent_versions jsonb NOT NULL DEFAULT '[]';   -- edits sent to Teams that have not come back

ALTER TABLE msteamssync.lanes DROP COLUMN not_carried;
