// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect, useRef, useState} from 'react';
import type {ReactNode} from 'react';

interface Props {
    text: ReactNode;

    /** Fields and buttons; the first gets the focus. */
    children: ReactNode;
}

// React 17 has no useId.
let drawn = 0;

/** A question that takes the place of the button that was clicked, and its focus, which would be lost with the button. */
export function Question({text, children}: Props) {
    const [id] = useState(() => `msteams-sync-question-${++drawn}`);
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
        box.current?.querySelector<HTMLElement>('button, textarea')?.focus();
    }, []);
    return (
        <div
            ref={box}
            className='msteams-sync-question'
            role='group'
            aria-labelledby={id}
        >
            <p id={id}>{text}</p>
            {children}
        </div>
    );
}
