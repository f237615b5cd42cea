-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- How much of the evaluation budget was used when system admins were last told of it, in percent; 0: they were not.
ALTER TABLE msteamssync.evaluation ADD COLUMN warned_percent smallint NOT NULL DEFAULT 0;
UPDATE msteamssync.evaluation SET warned_percent = 80 WHERE warned_at IS NOT NULL;
