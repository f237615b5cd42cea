-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- The tables of the plugin that had this plugin's id before, as its version 1.14 leaves them: names, keys and units
-- (microseconds) are those of the real ones.

CREATE TABLE msteamssync_links (
    mmChannelID varchar(255) PRIMARY KEY, mmTeamID varchar(255), msTeamsChannelID varchar(255), msTeamsTeamID varchar(255), creator varchar(255));
CREATE TABLE msteamssync_users (
    mmUserID varchar(255), msTeamsUserID varchar(255), token text, lastConnectAt bigint NOT NULL DEFAULT 0, lastDisconnectAt bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (mmUserID, msTeamsUserID));
CREATE TABLE msteamssync_posts (
    mmPostID varchar(255) PRIMARY KEY, msTeamsPostID varchar(255), msTeamsChannelID varchar(255), msTeamsLastUpdateAt bigint);
CREATE INDEX idx_posts_teams ON msteamssync_posts (msTeamsChannelID, msTeamsPostID);
CREATE TABLE msteamssync_subscriptions (
    subscriptionID varchar(255) PRIMARY KEY, type varchar(255), msTeamsTeamID varchar(255), msTeamsChannelID varchar(255), msTeamsUserID varchar(255),
    secret varchar(255), expiresOn bigint, certificate text, lastActivityAt bigint);
CREATE TABLE msteamssync_whitelist (mmUserID varchar(255) PRIMARY KEY);
