-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Certificates with which the application logs in at Entra. The private keys never leave this table in clear.
CREATE TABLE msteamssync.certificates (
    id          text PRIMARY KEY,
    certificate bytea NOT NULL,             -- DER
    private_key bytea NOT NULL,             -- PKCS #8, sealed with the key of sealed_with
    sealed_with text NOT NULL,              -- id of the key, not the key
    created_by  text NOT NULL,              -- Mattermost user
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    accepted_at timestamptz                 -- when Entra first took it; NULL until then
);
