-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What one bot says again and again in a lane, which looks like a loop between bridges: on which node, and across restarts, does
-- not matter. Texts are hashes. Rows live for minutes.
CREATE TABLE msteamssync.sayings (
    conversation text NOT NULL,
    direction    text NOT NULL,
    author       text NOT NULL,
    text         text NOT NULL,
    event        text NOT NULL,             -- the message or post that says it
    at           timestamptz NOT NULL,      -- by its source
    noted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (conversation, direction, author, text, event)
);
