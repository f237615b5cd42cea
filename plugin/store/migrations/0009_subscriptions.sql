-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Subscriptions to all channels of a tenant beside those to one, replacement without a gap, and what was delivered in the
-- evaluation model.

ALTER TABLE msteamssync.subscriptions
    ADD COLUMN lifecycle_url text NOT NULL DEFAULT '', -- what Graph was given; it cannot be changed
    ADD COLUMN model         text NOT NULL DEFAULT '', -- billing model that Graph was given; '' = none
    ADD COLUMN outdated      text NOT NULL DEFAULT '', -- why Graph's one cannot be changed into what it should be
    ADD COLUMN seen_at       timestamptz,              -- when Graph last said that it has it
    ADD COLUMN gap_since     timestamptz,              -- changes since then may have been missed; told once it is active
    ADD COLUMN error_code    text NOT NULL DEFAULT ''; -- of last_error
UPDATE msteamssync.subscriptions SET lifecycle_url = regexp_replace(notification_url, '/changes$', '/lifecycle'), seen_at = renewed_at;

-- A subscription to all channels has conversation ''.
DROP INDEX msteamssync.subscriptions_current;
CREATE UNIQUE INDEX subscriptions_current ON msteamssync.subscriptions (resource) WHERE state NOT IN ('removing', 'retired');

-- Messages that metered subscriptions delivered in the evaluation model, by month of UTC.
CREATE TABLE msteamssync.evaluation (
    month     date PRIMARY KEY,
    messages  bigint NOT NULL,
    warned_at timestamptz -- when system admins were told that the budget is nearly used up
);
