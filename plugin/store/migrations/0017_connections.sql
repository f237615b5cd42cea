-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Who was asked to connect, what accounts are used, and the keys that seal their tokens.

-- Invitations to connect. One for each user; whoever was invited once is not again, unless the row is deleted.
CREATE TABLE msteamssync.invites (
    user_id    text PRIMARY KEY,            -- Mattermost's
    invited_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,        -- until then, and until it has ended, it is pending and holds a place
    ended_at   timestamptz,
    outcome    text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'connected', 'withdrawn'))
);

ALTER TABLE msteamssync.accounts
    ADD COLUMN last_used_at timestamptz;    -- when a node last took its token out; noted about once an hour

-- What seals tokens and private keys. The setting encryptionKey does not seal them itself, it wraps these keys: a new setting
-- wraps them anew, and nothing has to be sealed again for it to hold.
CREATE TABLE msteamssync.data_keys (
    id           text PRIMARY KEY,          -- names the key beside what it sealed
    wrapped      bytea NOT NULL,            -- 32 bytes, sealed with the key of wrapped_with
    wrapped_with text NOT NULL,             -- id of the setting's value, not the value
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp() -- of those that can be opened the newest seals
);
