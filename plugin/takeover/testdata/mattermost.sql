-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- As much of Mattermost's own tables as a take-over reads; the test on the real server reads the real ones.

CREATE TABLE channels (id varchar(26) PRIMARY KEY, teamid varchar(26), deleteat bigint NOT NULL DEFAULT 0);
CREATE TABLE users (id varchar(26) PRIMARY KEY, username varchar(64), email varchar(128), firstname varchar(64) DEFAULT '', lastname varchar(64) DEFAULT '',
    remoteid varchar(26), createat bigint NOT NULL DEFAULT 0, deleteat bigint NOT NULL DEFAULT 0);
CREATE TABLE posts (
    id varchar(26) PRIMARY KEY, channelid varchar(26), rootid varchar(26) NOT NULL DEFAULT '', message varchar(65535) NOT NULL DEFAULT '',
    createat bigint NOT NULL, editat bigint NOT NULL DEFAULT 0, deleteat bigint NOT NULL DEFAULT 0, props jsonb NOT NULL DEFAULT '{}');
