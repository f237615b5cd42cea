// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useCallback, useEffect, useRef, useState} from 'react';
import type {RefObject} from 'react';

interface Asking<Name> {

    /** The question that is open; null for none. */
    asking: Name | null;
    ask: (name: Name) => void;

    /** Puts the question away; the focus returns to the button that opened it. */
    leave: () => void;

    /** Around the buttons that open questions; each has its question's name as data-asks. */
    around: RefObject<HTMLDivElement>;
}

/** Which question is asked in the place of buttons. */
export function useAsking<Name extends string>(): Asking<Name> {
    const [asking, setAsking] = useState<Name | null>(null);
    const left = useRef<Name | null>(null);
    const around = useRef<HTMLDivElement>(null);
    const leave = useCallback(() => {
        left.current = asking;
        setAsking(null);
    }, [asking]);
    useEffect(() => {
        if (asking === null && left.current !== null) {
            around.current?.querySelector<HTMLElement>(`[data-asks="${left.current}"]`)?.focus();
            left.current = null;
        }
    }, [asking]);
    return {asking, ask: setAsking, leave, around};
}
