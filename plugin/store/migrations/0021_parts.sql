-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- A post that is too long for one message stands in Teams in several. One is the mapping's, these are the others. That they can be
-- found by what they carry is not enough: a message that was deleted carries nothing any more.
CREATE TABLE msteamssync.message_parts (
    conversation text NOT NULL,
    root         text NOT NULL,             -- '' for a root
    message      text NOT NULL,
    mapping      text NOT NULL REFERENCES msteamssync.message_map (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation, root, message)
);
CREATE INDEX message_parts_mapping ON msteamssync.message_parts (mapping);

-- A message that is too long for one post stands in Mattermost in several. post_hash is the first one's.
ALTER TABLE msteamssync.message_map ADD COLUMN rest_hash text NOT NULL DEFAULT ''; -- sha256 of the others' texts; '' = there are none
