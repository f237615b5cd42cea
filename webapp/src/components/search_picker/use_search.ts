// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useMemo, useRef, useState} from 'react';

import type {Found} from '../../requests/links';

/** How long to wait for the next key before the server is asked. */
export const debounceMs = 300;

/** Asks the server for one page, from 0 on, of what has the text in its name. It throws what the user is to read. */
export type Search<Choice> = (text: string, page: number, signal: AbortSignal) => Promise<Found<Choice>>;

interface Results<Choice> {

    /** What was asked: results of another question are none. */
    asked: object;
    choices: Choice[];
    hasMore: boolean;

    /** The server has not answered yet. */
    busy: boolean;

    /** Why it brought none; null when it did. */
    error: unknown;
}

/** Results of a search, with what asks for more of them and what asks again. */
export interface Searching<Choice> extends Omit<Results<Choice>, 'asked'> {
    more: () => void;
    again: () => void;
}

const nothing = {asked: {}, choices: [], hasMore: false, busy: true, error: null};

/**
 * Searches while active is true. The first question is asked at once, later ones when nobody has typed for a moment.
 *
 * @param search has to stay the same function as long as it searches the same things (useCallback).
 */
export function useSearch<Choice>(search: Search<Choice>, text: string, active: boolean): Searching<Choice> {
    const [results, setResults] = useState<Results<Choice>>(nothing);
    const [tries, setTries] = useState(0);
    const page = useRef(0);
    const inFlight = useRef<AbortController | null>(null);
    const asked = useRef(false);
    const question = useMemo(() => ({search, text}), [search, text]);

    const ask = useCallback(async (wanted: number) => {
        inFlight.current?.abort();
        const mine = new AbortController();
        inFlight.current = mine;
        setResults((before) => ({...(before.asked === question ? before : nothing), asked: question, busy: true, error: null}));
        try {
            const found = await question.search(question.text, wanted, mine.signal);
            if (!mine.signal.aborted) {
                page.current = wanted;
                setResults((before) => ({
                    asked: question,
                    choices: wanted ? [...before.choices, ...found.choices] : found.choices,
                    hasMore: found.hasMore,
                    busy: false,
                    error: null,
                }));
            }
        } catch (error) {
            if (!mine.signal.aborted) {
                setResults((before) => ({...before, busy: false, error}));
            }
        }
    }, [question]);

    useEffect(() => {
        if (!active) {
            asked.current = false;
            return undefined;
        }
        setResults(nothing);
        const timer = setTimeout(() => void ask(0), asked.current ? debounceMs : 0);
        asked.current = true;
        return () => {
            clearTimeout(timer);
            inFlight.current?.abort();
        };
    }, [ask, active, tries]);

    const more = useCallback(() => {
        void ask(page.current + 1);
    }, [ask]);
    const again = useCallback(() => {
        asked.current = false;
        setTries((before) => before + 1);
    }, []);
    return {...(results.asked === question ? results : nothing), more, again};
}
