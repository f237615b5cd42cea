// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import {connectURL} from './use_connect_window';
import type {ConnectWindow} from './use_connect_window';

interface Props {
    logIn: ConnectWindow;

    /** What is said while the window is open. */
    waiting: MessageId;
}

/** How the log-in in another window goes. Screen readers hear of changes if what is around it is a live region. */
export function LogInProgress({logIn: {phase, refusal, openedElsewhere}, waiting}: Props) {
    switch (phase) {
    case 'waiting':
        return <p><Text id={waiting}/></p>;
    case 'blocked':
        return (
            <p className='msteams-sync-dialog__error'>
                <Text
                    id='msteams_sync.prompt.blocked'
                    values={{
                        link: (
                            <a
                                key='link'
                                href={connectURL()}
                                target='_blank'
                                rel='noopener noreferrer'
                                onClick={openedElsewhere}
                            >
                                <Text id='msteams_sync.prompt.blocked_link'/>
                            </a>
                        ),
                    }}
                />
            </p>
        );
    case 'refused':
        return (
            <p className='msteams-sync-dialog__error'>
                <strong><Text id='msteams_sync.prompt.refused'/></strong>
                {' '}
                {refusal}
            </p>
        );
    default:
        return null;
    }
}
