-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- How much of Graph's limits is handed out to the nodes. Time is the database's. What is lost with a crash of the
-- database is worth less than a write to the log for each hand-out: a full bucket costs a 429, which closes it again.
CREATE UNLOGGED TABLE msteamssync.buckets (
    bucket        text PRIMARY KEY,         -- application, row of the limits, dimension and id
    full_at       timestamptz NOT NULL,     -- when all that was handed out has been refilled
    closed_until  timestamptz NOT NULL DEFAULT '-infinity' -- Graph said so with a 429
) WITH (fillfactor = 50);
