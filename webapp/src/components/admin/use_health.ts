// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useRef, useState} from 'react';

import {ClientError} from '../../client';
import {checkNames, getStatus, runCheck} from '../../requests/admin';
import type {Check, PluginStatus} from '../../requests/admin';
import type {Checks} from './health';

interface Health {

    /** The last answer; null until the first one. */
    status: PluginStatus | null;
    checks: Checks;

    /** The status could not be read the last time. */
    failed: boolean;

    /** Something is being asked. */
    busy: boolean;

    /** Asks for everything again. */
    look: () => void;
}

/** Asks how the plugin is, and tries out what only shows when it is tried. */
export function useHealth(): Health {
    const [status, setStatus] = useState<PluginStatus | null>(null);
    const [checks, setChecks] = useState<Checks>({});
    const [failed, setFailed] = useState(false);
    const [busy, setBusy] = useState(true);
    const inFlight = useRef<AbortController | null>(null);

    const look = useCallback(() => {
        inFlight.current?.abort();
        const {signal} = inFlight.current = new AbortController();
        setBusy(true);
        setChecks({});
        const tried = checkNames.map(async (name) => {
            const check = await runCheck(name, signal).catch(asCheck);
            if (!signal.aborted) {
                setChecks((others) => ({...others, [name]: check}));
            }
        });

        // What was tried shows in the status too, so that this is read afterwards.
        const read = async () => {
            try {
                const answer = await getStatus(signal);
                if (!signal.aborted) {
                    setStatus(answer);
                    setFailed(false);
                }
            } catch {
                if (!signal.aborted) {
                    setFailed(true);
                }
            }
        };
        void Promise.all([read(), Promise.all(tried).then(read)]).then(() => {
            if (!signal.aborted) {
                setBusy(false);
            }
        });
    }, []);

    useEffect(() => {
        look();
        return () => {
            inFlight.current?.abort();
        };
    }, [look]);

    return {status, checks, failed, busy, look};
}

/** A check that could not be made is not passed. */
function asCheck(error: unknown): Check {
    return {ok: false, detail: error instanceof ClientError ? error.reason || error.message : ''};
}
