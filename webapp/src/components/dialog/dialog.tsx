// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useRef, useState} from 'react';
import type {ReactNode} from 'react';
import {createPortal} from 'react-dom';

import {useKeptFocus} from '../../use_kept_focus';
import {useFocusTrap} from './use_focus_trap';

interface Props {
    title: ReactNode;

    /** The text; read out together with the title when the dialog opens. */
    children: ReactNode;

    /** Buttons, the main one first: it gets the focus. */
    actions: ReactNode;

    /** What Escape does. A dialog without it can only be left through its buttons. */
    onDismiss?: (() => void) | undefined;
}

// React 17 has no useId.
let drawn = 0;

/**
 * A modal dialog above everything else (WAI-ARIA Authoring Practices, "Dialog (Modal)"). It hangs on the body, as the
 * host's root has stacking rules of its own.
 */
export function Dialog({title, children, actions, onDismiss}: Props) {
    const [id] = useState(() => `msteams-sync-dialog-${++drawn}`);
    const box = useRef<HTMLDivElement>(null);
    useFocusTrap(box, onDismiss);
    useKeptFocus(box, () => box.current);

    return createPortal(
        <div className='msteams-sync-layer'>
            <div
                ref={box}
                className='msteams-sync-dialog'
                role='dialog'
                aria-modal='true'
                aria-labelledby={`${id}-title`}
                aria-describedby={`${id}-text`}
                tabIndex={-1}
            >
                <h2
                    id={`${id}-title`}
                    className='msteams-sync-dialog__title'
                >
                    {title}
                </h2>
                <div id={`${id}-text`}>
                    {children}
                </div>
                <div className='msteams-sync-dialog__actions'>
                    {actions}
                </div>
            </div>
        </div>,
        document.body,
    );
}
