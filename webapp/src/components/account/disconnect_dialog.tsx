// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';
import {useDispatch} from 'react-redux';

import {Text} from '../../i18n/text';
import {disconnect} from '../../requests/account';
import type {MyConnection} from '../../requests/account';
import {Dialog} from '../dialog/dialog';

interface Props {
    account: NonNullable<MyConnection['account']>;
    onClose: () => void;
}

/** Asks whether the account is really to be disconnected, and disconnects it. */
export function DisconnectDialog({account, onClose}: Props) {
    const [phase, setPhase] = useState<'asking' | 'working' | 'failed'>('asking');
    const dispatch = useDispatch();
    const confirm = async () => {
        setPhase('working');
        try {
            dispatch({type: 'msteams_sync/account', mine: await disconnect()});
            onClose();
        } catch {
            setPhase('failed');
        }
    };
    return (
        <Dialog
            title={<Text id='msteams_sync.disconnect.title'/>}
            onDismiss={onClose}
            actions={(
                <>
                    <button
                        type='button'
                        className='btn btn-danger'
                        aria-disabled={phase === 'working'}
                        onClick={() => {
                            if (phase !== 'working') {
                                void confirm();
                            }
                        }}
                    >
                        <Text id='msteams_sync.account.disconnect'/>
                    </button>
                    <button
                        type='button'
                        className='btn btn-tertiary'
                        onClick={onClose}
                    >
                        <Text id='msteams_sync.account.cancel'/>
                    </button>
                </>
            )}
        >
            <p>
                <Text
                    id='msteams_sync.disconnect.text'
                    values={{account: <strong key='account'>{account.upn || account.name}</strong>}}
                />
            </p>
            <div aria-live='polite'>
                {phase === 'working' && <p><Text id='msteams_sync.disconnect.working'/></p>}
                {phase === 'failed' && <p className='msteams-sync-dialog__error'><Text id='msteams_sync.disconnect.failed'/></p>}
            </div>
        </Dialog>
    );
}
