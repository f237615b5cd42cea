-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Which file of a post is which of the message's. NULL = the message was carried before files were, or by the predecessor;
-- then the hashes are of the texts alone.
ALTER TABLE msteamssync.message_map ADD COLUMN files jsonb;
ALTER TABLE msteamssync.message_map ALTER COLUMN files SET DEFAULT '[]';
