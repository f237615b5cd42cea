// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {ClientError} from '../../client';
import {Text} from '../../i18n/text';

interface Props {
    error: unknown;

    /** Without it there is no button. */
    onRetry?: (() => void) | undefined;
}

/** Says why something did not work, in the server's words where it has some, and offers another try. */
export function Failure({error, onRetry}: Props) {
    const reason = error instanceof ClientError ? error.reason : '';
    return (
        <div
            className='msteams-sync-failure'
            role='alert'
        >
            <p>{reason || <Text id='msteams_sync.failure.no_answer'/>}</p>
            {onRetry && (
                <button
                    type='button'
                    className='btn btn-tertiary btn-sm'
                    onClick={onRetry}
                >
                    <Text id='msteams_sync.failure.retry'/>
                </button>
            )}
        </div>
    );
}
