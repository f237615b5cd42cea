-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Since when the settings' key or application cannot use an account's token; NULL while they can. Unlike a lost one it works
-- again when they do.
ALTER TABLE msteamssync.accounts ADD COLUMN unusable_since timestamptz;

-- Until when a node is about to tell; then another one does. NULL: it is told.
ALTER TABLE msteamssync.notices ADD COLUMN claimed_until timestamptz;
