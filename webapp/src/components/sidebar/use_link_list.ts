// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useRef, useState} from 'react';

import {myLinks} from '../../requests/links';
import type {Link} from '../../requests/links';
import {debounceMs} from '../search_picker/use_search';

/** How often the list is asked for anew while it is shown: states change without an event. */
export const refreshMs = 30_000;

interface List {
    links: Link[];
    total: number;
    hasMore: boolean;
    busy: boolean;

    /** Why the last question brought no answer; null when it did. */
    error: unknown;

    /** Nothing has come yet for what is searched for. */
    fresh: boolean;
}

const nothing: List = {links: [], total: 0, hasMore: false, busy: true, error: null, fresh: true};

/**
 * The user's links that have the text in a name, page by page. What is shown stays until a newer answer is there.
 *
 * @param version asks again when it changes, e.g. because an event said so.
 */
export function useLinkList(text: string, version: number) {
    const [list, setList] = useState<List>(nothing);
    const [tries, setTries] = useState(0);
    const [pages, setPages] = useState(1);
    const searched = useRef<string | null>(null);

    useEffect(() => {
        const inFlight = new AbortController();
        const ask = async () => {
            setList((before) => ({...before, busy: true}));
            try {
                const links: Link[] = [];
                let answer = {hasMore: true, total: 0};
                for (let page = 0; page < pages && answer.hasMore; page++) {
                    // One page after the other: how many there are is only known then.
                    const found = await myLinks(text, page, inFlight.signal);
                    links.push(...found.choices);
                    answer = found;
                }
                if (!inFlight.signal.aborted) {
                    setList({links, total: answer.total, hasMore: answer.hasMore, busy: false, error: null, fresh: false});
                }
            } catch (error) {
                if (!inFlight.signal.aborted) {
                    setList((before) => ({...before, busy: false, error, fresh: false}));
                }
            }
        };
        const typing = searched.current !== null && searched.current !== text;
        searched.current = text;
        const timer = setTimeout(() => void ask(), typing ? debounceMs : 0);
        const refresh = setInterval(() => {
            if (document.visibilityState === 'visible') {
                void ask();
            }
        }, refreshMs);
        return () => {
            clearTimeout(timer);
            clearInterval(refresh);
            inFlight.abort();
        };
    }, [text, version, pages, tries]);

    const more = useCallback(() => {
        setPages((before) => before + 1);
    }, []);
    const again = useCallback(() => {
        setTries((before) => before + 1);
    }, []);
    return {...list, more, again};
}
