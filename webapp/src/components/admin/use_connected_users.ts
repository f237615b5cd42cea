// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useState} from 'react';

import {connectedUsers} from '../../requests/admin';
import type {ConnectedUser} from '../../requests/admin';

interface List {
    users: ConnectedUser[];
    total: number;
    busy: boolean;

    /** Why the last question brought no answer; null when it did. */
    error: unknown;

    /** Nothing has come yet. */
    fresh: boolean;
}

/** Who has connected an account, page by page. What is shown stays until a newer answer is there. */
export function useConnectedUsers() {
    const [list, setList] = useState<List>({users: [], total: 0, busy: true, error: null, fresh: true});
    const [pages, setPages] = useState(1);
    const [tries, setTries] = useState(0);

    useEffect(() => {
        const inFlight = new AbortController();
        const ask = async () => {
            setList((before) => ({...before, busy: true, error: null}));
            try {
                const users: ConnectedUser[] = [];
                let total = 0;
                for (let page = 0; page < pages && (page === 0 || users.length < total); page++) {
                    // One page after the other: how many there are is only known then.
                    const found = await connectedUsers(page, inFlight.signal);
                    users.push(...found.users);
                    total = found.total;
                }
                if (!inFlight.signal.aborted) {
                    setList({users, total, busy: false, error: null, fresh: false});
                }
            } catch (error) {
                if (!inFlight.signal.aborted) {
                    setList((before) => ({...before, busy: false, error}));
                }
            }
        };
        void ask();
        return () => {
            inFlight.abort();
        };
    }, [pages, tries]);

    const more = useCallback(() => {
        setPages((before) => before + 1);
    }, []);
    const again = useCallback(() => {
        setTries((before) => before + 1);
    }, []);
    return {...list, more, again};
}
