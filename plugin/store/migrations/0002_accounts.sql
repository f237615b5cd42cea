-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Who is who, what Graph notifies us about, and who did what.

-- Connected Teams accounts. One Teams account belongs to one user or is one bot; one user has one account.
CREATE TABLE msteamssync.accounts (
    id            text PRIMARY KEY,
    bot           boolean NOT NULL,
    user_id       text NOT NULL,            -- Mattermost's; of a bot: who connected it
    teams_user_id text NOT NULL UNIQUE,
    display_name  text NOT NULL,
    email         text NOT NULL,
    token         bytea NOT NULL,           -- sealed with the key of token_key
    token_key     text NOT NULL,            -- id of the key, not the key
    token_version bigint NOT NULL DEFAULT 1, -- raised by each refresh
    state         text NOT NULL DEFAULT 'connected' CHECK (state IN ('connected', 'lost')),
    lost_reason   text NOT NULL DEFAULT '',
    lost_at       timestamptz,
    connected_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX accounts_user ON msteamssync.accounts (user_id) WHERE NOT bot;

-- Teams users that are or ever were a bot of ours: what they wrote is never posted. Never deleted from.
CREATE TABLE msteamssync.bot_identities (
    teams_user_id text PRIMARY KEY,
    display_name  text NOT NULL,
    since         timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Log-ins on their way. Deleted by use; nothing here is worth anything without what only the browser holds.
CREATE TABLE msteamssync.oauth_states (
    state_hash   bytea PRIMARY KEY,         -- sha256, like the other hashes
    user_id      text NOT NULL,
    session_hash bytea NOT NULL,
    cookie_hash  bytea NOT NULL,
    bot          boolean NOT NULL,
    verifier     bytea NOT NULL,            -- PKCE's, sealed
    verifier_key text NOT NULL,
    expires_at   timestamptz NOT NULL
);

-- Change-notification subscriptions, ours as we want them and Graph's as we know them.
CREATE TABLE msteamssync.subscriptions (
    id            text PRIMARY KEY,
    conversation  text NOT NULL,
    teams_team_id text NOT NULL,
    resource      text NOT NULL,
    state         text NOT NULL CHECK (state IN (
        'wanted',                           -- Graph has none
        'creating',                         -- a POST was about to be made; Graph may have one
        'active',                           -- Graph has it
        'removing',                         -- Graph may still have it and should not
        'retired')),                        -- Graph has none any more; late notifications are still accepted
    graph_id      text UNIQUE,              -- NULL until Graph told it
    secret_hash   bytea,                    -- sha256 of its client state, which is kept nowhere
    notification_url text NOT NULL DEFAULT '', -- what Graph was given
    asked_expiry  timestamptz,              -- of the newest POST: tells our subscription from somebody else's
    expires_at    timestamptz,
    renewed_at    timestamptz,
    failures      integer NOT NULL DEFAULT 0, -- in a row
    last_error    text NOT NULL DEFAULT '',
    last_error_at timestamptz,
    not_before    timestamptz NOT NULL DEFAULT '-infinity', -- of the next try
    claimed_by    text NOT NULL DEFAULT '',
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX subscriptions_current ON msteamssync.subscriptions (conversation) WHERE state NOT IN ('removing', 'retired');
CREATE INDEX subscriptions_secret ON msteamssync.subscriptions (secret_hash) WHERE secret_hash IS NOT NULL;

-- Who did what to links and accounts.
CREATE TABLE msteamssync.audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text NOT NULL,                  -- Mattermost user; '' = the plugin itself
    action  text NOT NULL,                  -- e.g. link, unlink, connect
    subject text NOT NULL,                  -- e.g. a channel id
    detail  jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON msteamssync.audit (at);
