-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Since when, and in how many checks, the address that Graph notifies could not be reached. NULL: it could.
ALTER TABLE msteamssync.listening ADD COLUMN unreachable_since timestamptz, ADD COLUMN unreached integer NOT NULL DEFAULT 0;
