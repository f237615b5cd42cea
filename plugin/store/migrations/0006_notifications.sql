-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- What comes with a notification besides the name of a message: the message itself, encrypted, and the proof of who sent it.

ALTER TABLE msteamssync.inbox
    ADD COLUMN sealed bytea,                   -- a new message as it came, still encrypted for certificate and key below
    ADD COLUMN tenant text NOT NULL DEFAULT '', -- which the notification names
    ADD COLUMN proof  text NOT NULL DEFAULT ''; -- name of the delivery's validation tokens; '' = it had none

-- Validation tokens of deliveries. Microsoft sends the same ones for hours, so they are kept once.
CREATE TABLE msteamssync.proofs (
    id      text PRIMARY KEY,                  -- sha256 of the tokens
    tokens  text[] NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp() -- noted once an hour
);

-- Private keys of encryption certificates, the one in use and earlier ones. Sealed like the accounts' tokens.
CREATE TABLE msteamssync.decryption_keys (
    certificate_id text PRIMARY KEY,           -- sha256 of the certificate; Graph names it so
    private_key    bytea NOT NULL,             -- PKCS #8, sealed with the key of sealed_with
    sealed_with    text NOT NULL,
    in_use_at      timestamptz NOT NULL DEFAULT clock_timestamp() -- when a node last had it in its settings; noted once an hour
);

ALTER TABLE msteamssync.subscriptions
    ADD COLUMN certificate_id text NOT NULL DEFAULT ''; -- what Graph was given; '' = notifications carry no message
