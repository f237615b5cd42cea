-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Mattermost users that stand for Teams users who have not connected an account.
CREATE TABLE msteamssync.mirrored_users (
    teams_user_id text PRIMARY KEY,
    user_id       text NOT NULL UNIQUE,     -- Mattermost's, made from teams_user_id, so that two nodes make one user
    display_name  text NOT NULL,
    mail          text NOT NULL DEFAULT '',
    user_principal_name text NOT NULL DEFAULT '',
    kind          text NOT NULL CHECK (kind IN ('member', 'guest', 'external')),
    state         text NOT NULL DEFAULT 'active' CHECK (state IN (
        'active',
        'inactive',                         -- the user is deactivated
        'promoted')),                       -- the user is a regular one and somebody's own
    reason        text NOT NULL DEFAULT '' CHECK (reason IN ('', 'left', 'excluded', 'connected')), -- of inactive
    photo_hash    bytea,                    -- sha256 of the picture; NULL = none was found
    photo_at      timestamptz NOT NULL DEFAULT '-infinity', -- when Graph was asked for it
    seen_at       timestamptz NOT NULL DEFAULT clock_timestamp(), -- when the directory last had the person
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far the users of the tenant were read.
CREATE TABLE msteamssync.user_sync (
    once        boolean PRIMARY KEY DEFAULT true CHECK (once),
    client_id   text NOT NULL DEFAULT '',   -- application and tenant whose link it is
    link        text NOT NULL DEFAULT '',   -- where Graph goes on; '' = from the beginning
    full_since  timestamptz,                -- when all users began to be read; NULL = only changes are being read
    asked_at    timestamptz NOT NULL DEFAULT '-infinity', -- when the last run began
    finished_at timestamptz,                -- when the last run reached the end
    last_error  text NOT NULL DEFAULT '',
    changed     bigint NOT NULL DEFAULT 0   -- users that runs changed
);
INSERT INTO msteamssync.user_sync DEFAULT VALUES;
