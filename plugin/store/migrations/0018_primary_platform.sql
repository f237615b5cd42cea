-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Memberships whose notifications are off because their user reads in Teams, with what the user had chosen before.
CREATE TABLE msteamssync.muted_members (
    user_id    text NOT NULL,
    channel_id text NOT NULL,
    former     jsonb NOT NULL,              -- notification properties as they were before the first change
    applied    boolean NOT NULL DEFAULT false, -- the server has been told
    muted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, channel_id)
);
CREATE INDEX muted_members_channel ON msteamssync.muted_members (channel_id);
