-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Chats of Teams as they were last seen. A link of a chat is a row of links without a team.
CREATE TABLE msteamssync.chats (
    conversation text PRIMARY KEY,
    kind         text NOT NULL,               -- oneOnOne, group or meeting
    topic        text NOT NULL DEFAULT '',
    members      text[] NOT NULL,             -- object ids
    own_channel  boolean NOT NULL DEFAULT false, -- shown in a private channel that was made for it
    not_carried  text NOT NULL DEFAULT '',    -- why it has no link, for people; '' = it has one, or concerns nobody here
    told_at      timestamptz,                 -- when its people in Mattermost were told so
    seen_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Group chats that are being made for a group message. Graph makes a second one when it is asked twice, so what became of
-- the first request is found out before there is another.
CREATE TABLE msteamssync.chat_attempts (
    channel_id   text PRIMARY KEY,
    attempted_at timestamptz NOT NULL,        -- of the latest request
    looks        integer NOT NULL DEFAULT 0   -- in vain since then
);

-- When somebody without an account was last asked to connect one, in a direct or group message.
CREATE TABLE msteamssync.chat_prompts (
    user_id      text NOT NULL,
    channel_id   text NOT NULL,
    prompted_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, channel_id)
);

-- Since when one-to-one chats and others are carried; no row = they are not. What is older is never carried.
CREATE TABLE msteamssync.chat_switches (
    direct       boolean PRIMARY KEY,
    on_since     timestamptz NOT NULL DEFAULT clock_timestamp()
);
