-- Who may connect which Teams account.

-- Who may connect while the setting connectedUsersRestricted is on.
CREATE TABLE msteamssync.whitelist (
    entry    text PRIMARY KEY,              -- e-mail address or user name, in lower case
    added_by text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Pairs that a system admin approved although the e-mail addresses differ. Who has one may connect that account only.
CREATE TABLE msteamssync.account_mappings (
    user_id       text PRIMARY KEY,         -- Mattermost's
    teams_user_id text NOT NULL UNIQUE,
    user_principal_name text NOT NULL,      -- as it was when the pair was approved
    creator_id    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- '' for accounts that were connected before this column was there.
ALTER TABLE msteamssync.accounts ADD COLUMN user_principal_name text NOT NULL DEFAULT '';
