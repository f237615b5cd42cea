// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useState} from 'react';

/** What a request brought so far. */
export interface Requested<Answer> {

    /** The last answer; it stays while the server is asked again. null before the first one. */
    answer: Answer | null;

    /** Why the last request brought none; null when it did, or while it is under way. */
    error: unknown;

    /** Asks again. */
    again: () => void;
}

/**
 * Asks the server when it is drawn, when the question changes, and when somebody says so.
 *
 * @param ask has to stay the same function as long as the question does (useCallback).
 * @param version asks again when it changes, e.g. because an event said so.
 */
export function useRequest<Answer>(ask: (signal: AbortSignal) => Promise<Answer>, version = 0): Requested<Answer> {
    const [state, setState] = useState<{ask: unknown; answer: Answer | null; error: unknown}>({ask, answer: null, error: null});
    const [tries, setTries] = useState(0);

    useEffect(() => {
        const inFlight = new AbortController();
        ask(inFlight.signal).then((answer) => {
            if (!inFlight.signal.aborted) {
                setState({ask, answer, error: null});
            }
        }, (error: unknown) => {
            if (!inFlight.signal.aborted) {
                setState((before) => ({ask, answer: before.ask === ask ? before.answer : null, error}));
            }
        });
        return () => {
            inFlight.abort();
        };
    }, [ask, version, tries]);

    const again = useCallback(() => {
        setState((before) => ({...before, error: null}));
        setTries((before) => before + 1);
    }, []);

    // An answer to another question is none.
    const current = state.ask === ask;
    return {answer: current ? state.answer : null, error: current ? state.error : null, again};
}
