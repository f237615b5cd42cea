// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import {disconnect} from '../../requests/account';
import type {MyConnection} from '../../requests/account';
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
    const {asking, ask, leave, around} = useAsking<'disconnect'>();
    return (
        <div ref={around}>
            {asking ? (
                <Question
                    text={<Text id='msteams_sync.sidebar.disconnect_question'/>}
                    yes='msteams_sync.sidebar.disconnect'
                    no='msteams_sync.sidebar.stay'
                    deed={async () => {
                        await disconnect();
                    }}
                    onDone={onChanged}
                    onLeave={leave}
                />
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
