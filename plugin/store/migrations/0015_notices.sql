-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What people have been told, so that they are told once.
CREATE TABLE msteamssync.notices (
    subject text PRIMARY KEY,               -- what about and to whom, e.g. refused:<post id>:<user id>
    told_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
