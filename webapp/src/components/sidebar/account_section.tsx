// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text} from '../../i18n/text';
import {disconnect} from '../../requests/account';
import type {MyConnection} from '../../requests/account';
import {Failure} from '../failure/failure';
import {ConnectAccount} from '../link_dialog/connect_account';
import {Question} from '../question/question';
import {useAsking} from '../question/use_asking';

interface Props {
    mine: MyConnection;
    onChanged: () => void;
}

/** With which Teams account the user is connected, and how to connect or disconnect one. */
export function AccountSection({mine, onChanged}: Props) {
    if (mine.connected && mine.account) {
        return (
            <>
                <p>
                    <Text
                        id='msteams_sync.sidebar.connected_as'
                        values={{name: <b key='name'>{mine.account.name || mine.account.upn}</b>}}
                    />
                    {mine.account.name && <small>{mine.account.upn}</small>}
                </p>
                <Disconnect onChanged={onChanged}/>
            </>
        );
    }
    return (
        <>
            {mine.reason && <p>{mine.reason}</p>}
            {mine.canConnect && (
                <ConnectAccount
                    reason={mine.account ? 'msteams_sync.sidebar.lost' : 'msteams_sync.sidebar.not_connected'}
                    onConnected={onChanged}
                />
            )}
            {!mine.canConnect && !mine.reason && <p><Text id='msteams_sync.sidebar.not_connected'/></p>}
            {mine.account && <Disconnect onChanged={onChanged}/>}
        </>
    );
}

/** Disconnects the account, lost or not, after a question. */
function Disconnect({onChanged}: {onChanged: () => void}) {
    const {asking, ask, leave: stay, around} = useAsking<'disconnect'>();
    const [busy, setBusy] = useState(false);
    const [failure, setFailure] = useState<unknown>(null);
    const leave = async () => {
        setBusy(true);
        setFailure(null);
        try {
            await disconnect();
            onChanged();
        } catch (error) {
            setFailure(error);
            setBusy(false);
        }
    };
    return (
        <div ref={around}>
            {failure !== null && <Failure error={failure}/>}
            {asking ? (
                <Question text={<Text id='msteams_sync.sidebar.disconnect_question'/>}>
                    <div className='msteams-sync-sidebar__actions'>
                        <button
                            type='button'
                            className='btn btn-danger btn-sm'
                            aria-disabled={busy}
                            onClick={() => {
                                if (!busy) {
                                    void leave();
                                }
                            }}
                        >
                            <Text id='msteams_sync.sidebar.disconnect'/>
                        </button>
                        <button
                            type='button'
                            className='btn btn-tertiary btn-sm'
                            onClick={stay}
                        >
                            <Text id='msteams_sync.sidebar.stay'/>
                        </button>
                    </div>
                </Question>
            ) : (
                <button
                    type='button'
                    className='btn btn-tertiary btn-sm'
                    data-asks='disconnect'
                    onClick={() => {
                        ask('disconnect');
                    }}
                >
                    <Text id='msteams_sync.sidebar.disconnect'/>
                </button>
            )}
        </div>
    );
}
