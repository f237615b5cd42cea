// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback} from 'react';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import {myConnection} from '../../requests/account';
import {selectPart} from '../../state/plugin_state';
import {LogInProgress} from '../enforce_prompt/log_in_progress';
import {connectText, useConnectWindow} from '../enforce_prompt/use_connect_window';

interface Props {

    /** Why an account is needed here. */
    reason: MessageId;

    /** Runs once the account is connected. */
    onConnected: () => void;
}

/** Asks for a connected Teams account where something cannot be done without one. */
export function ConnectAccount({reason, onConnected}: Props) {
    const look = useCallback(() => {
        myConnection().then(({connected}) => {
            if (connected) {
                onConnected();
            }
        }, () => undefined); // it is looked again soon
    }, [onConnected]);
    const {mine} = useSelector((state: GlobalState) => selectPart(state, 'account'));
    const logIn = useConnectWindow(look);
    return (
        <div className='msteams-sync-connect'>
            <p><Text id={reason}/></p>
            {mine?.email && (
                <p>
                    <Text
                        id='msteams_sync.account.email'
                        values={{email: <strong key='email'>{mine.email}</strong>}}
                    />
                </p>
            )}
            <button
                type='button'
                className='btn btn-primary'
                onClick={logIn.open}
            >
                <Text id={connectText(logIn.phase)}/>
            </button>
            <div role='status'>
                <LogInProgress
                    logIn={logIn}
                    waiting='msteams_sync.link.connect_waiting'
                />
            </div>
        </div>
    );
}
