// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect, useRef, useState} from 'react';
import type {ReactNode} from 'react';

import type {MessageId} from '../../i18n/translations';
import {Failure} from '../failure/failure';
import {Answers} from './answers';
import {useDeed} from './use_deed';

interface Props {
    text: ReactNode;

    /** Fields above the buttons; the first one gets the focus. */
    children?: ReactNode;

    /** What the button says that does it, and the one that does not. */
    yes: MessageId;
    no: MessageId;

    /** What is asked about. A failure is told, and it can be tried again. */
    deed: () => Promise<void>;
    onDone: () => void;
    onLeave: () => void;
}

// React 17 has no useId.
let drawn = 0;

/** A question that takes the place of the button that was clicked, and its focus, which would be lost with the button. */
export function Question({text, children, yes, no, deed: what, onDone, onLeave}: Props) {
    const [id] = useState(() => `msteams-sync-question-${++drawn}`);
    const box = useRef<HTMLDivElement>(null);
    const deed = useDeed(what, onDone);
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
            {deed.failure !== null && <Failure error={deed.failure}/>}
            <div className='msteams-sync-question__answers'>
                <Answers
                    deed={deed}
                    yes={yes}
                    no={no}
                    onLeave={onLeave}
                />
            </div>
        </div>
    );
}
