// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import type {Deed} from './use_deed';

interface Props {
    deed: Deed;

    /** What the button says that does it. */
    yes: MessageId;
    no: MessageId;
    onLeave: () => void;
}

/** The two buttons below a question about something that cannot simply be taken back. */
export function Answers({deed: {busy, run}, yes, no, onLeave}: Props) {
    return (
        <>
            <button
                type='button'
                className='btn btn-danger'
                aria-disabled={busy}
                onClick={run}
            >
                <Text id={yes}/>
            </button>
            <button
                type='button'
                className='btn btn-tertiary'
                onClick={onLeave}
            >
                <Text id={no}/>
            </button>
        </>
    );
}
