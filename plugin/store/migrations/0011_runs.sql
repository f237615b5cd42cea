-- Copyright (c) The terraform-provider-msteamssync authors
-- SPDX-License-Identifier: MPL-2.0

-- Ciphertext does not get shorter: PostgreSQL need not try.
ALTER TABLE msteamssync.inbox ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Checks a lease and renews it, so that a transaction that must not go on without it can be sent as a whole, in one round trip.
CREATE FUNCTION msteamssync.hold(of text, towards text, by text, fenced bigint, for_seconds double precision, carried boolean)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE msteamssync.lanes SET lease_until = clock_timestamp() + make_interval(secs => for_seconds),
        last_event_at = CASE WHEN carried THEN clock_timestamp() ELSE last_event_at END
    WHERE conversation = of AND direction = towards AND holder = by AND fence = fenced;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease is lost' USING ERRCODE = 'MSL01'; -- leaseLost in together.go
    END IF;
END $$;
