-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Each server has a configuration of its own. Which one is the newest is agreed on here, without telling what it says.
CREATE TABLE msteamssync.settings_versions (
    number bigint PRIMARY KEY,              -- the highest one is the newest
    fingerprint text NOT NULL,              -- an HMAC under the encryption key
    node text NOT NULL,                     -- that made it the newest
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which node works with which version.
CREATE TABLE msteamssync.settings_nodes (
    node text PRIMARY KEY,
    server text NOT NULL,                   -- the host; a restart makes another node of the same server
    version bigint NOT NULL REFERENCES msteamssync.settings_versions (number),
    watching_since timestamptz NOT NULL DEFAULT clock_timestamp(), -- since when it has reported without a break
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
