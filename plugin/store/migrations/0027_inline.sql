-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Most encrypted messages are smaller than 4 KB: they stay in their row. Beside it, each would be written to, read from and removed
-- from a second table. What is encrypted cannot be compressed.
ALTER TABLE msteamssync.inbox SET (toast_tuple_target = 4080);
ALTER TABLE msteamssync.inbox ALTER COLUMN sealed SET STORAGE EXTERNAL;
