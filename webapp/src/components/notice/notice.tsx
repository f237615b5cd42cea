// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import type {ReactNode} from 'react';

interface Props {
    children: ReactNode;
    actions: ReactNode;
}

/** A message in the corner that asks for nothing at once: it takes neither focus nor the page. */
export function Notice({children, actions}: Props) {
    return (
        <div
            className='msteams-sync-notice'
            role='status'
        >
            <p>{children}</p>
            <div className='msteams-sync-notice__actions'>
                {actions}
            </div>
        </div>
    );
}
