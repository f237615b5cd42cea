-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What is taken over, once, from the plugin that had this plugin's id before. Its own tables are named msteamssync_… and
-- lie among Mattermost's; they are only read.
CREATE TABLE msteamssync.take_over (
    once         boolean PRIMARY KEY DEFAULT true CHECK (once),
    began_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    since        timestamptz NOT NULL,      -- the predecessor's last sign of life: what came after it was not carried by it
    conversation text NOT NULL DEFAULT '',  -- the mappings are taken in this order; those up to here are done
    message      text NOT NULL DEFAULT '',
    finished_at  timestamptz,               -- NULL until all mappings are done
    report       jsonb NOT NULL DEFAULT '{}' -- counts, and what could not be taken and why
);

-- The predecessor kept neither who wrote a message nor what it said, and not which thread it is in. All that is read
-- when a mapping is first needed.
ALTER TABLE msteamssync.message_map
    ADD COLUMN seen_at timestamptz;         -- when the message was as the predecessor knew it; NULL = the mapping is complete
CREATE INDEX message_map_incomplete ON msteamssync.message_map (conversation, message) WHERE seen_at IS NOT NULL;
CREATE INDEX message_map_alias ON msteamssync.message_map (alias_of) WHERE alias_of IS NOT NULL;

-- A token is of use to the application only that it was issued to.
ALTER TABLE msteamssync.accounts
    ADD COLUMN client_id text NOT NULL DEFAULT ''; -- the application's; '' = not known, as of accounts that were taken over
