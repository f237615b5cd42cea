-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- How often an event failed in ways that say nothing about it (bridge/trouble.go) since it was last tried with success, and since
-- when. A dead row with outages was given up for them.
ALTER TABLE msteamssync.inbox ADD COLUMN outages integer NOT NULL DEFAULT 0, ADD COLUMN failing_since timestamptz;
ALTER TABLE msteamssync.outbox ADD COLUMN outages integer NOT NULL DEFAULT 0, ADD COLUMN failing_since timestamptz;
