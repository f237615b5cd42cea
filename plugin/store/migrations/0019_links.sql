-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Links that a channel admin asks for and a system admin has to approve. Until then nothing is carried: a row is no link.
CREATE TABLE msteamssync.link_requests (
    id            text PRIMARY KEY,         -- short, because people type it
    channel_id    text NOT NULL UNIQUE,
    team_id       text NOT NULL,            -- Mattermost's
    conversation  text NOT NULL UNIQUE,     -- id of the Teams channel
    teams_team_id text NOT NULL,
    creator_id    text NOT NULL,
    backfill_days integer NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How Teams calls what is linked, as it was last seen: lists and searches of links do not ask Graph.
CREATE TABLE msteamssync.teams_names (
    conversation  text PRIMARY KEY,
    team_name     text NOT NULL,
    channel_name  text NOT NULL,
    seen_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The records of one channel, newest first.
CREATE INDEX audit_subject ON msteamssync.audit (subject, id);
