// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import type {MyConnection} from '../../requests/account';
import {Dialog} from '../dialog/dialog';
import {LogInProgress} from '../enforce_prompt/log_in_progress';
import {connectText, useConnectWindow} from '../enforce_prompt/use_connect_window';
import type {ConnectPhase} from '../enforce_prompt/use_connect_window';

interface Props {
    mine: MyConnection | null;

    /** The last question brought no answer. */
    failed: boolean;

    /** How a log-in is going that began outside of the dialog. */
    begun: ConnectPhase;
    onCheck: () => void;
    onDisconnect: () => void;
    onClose: () => void;
}

/** The user's connection, for hosts without user settings of plugins and where a browser blocks the log-in window. */
export function AccountDialog({mine, failed, begun, onCheck, onDisconnect, onClose}: Props) {
    const connected = Boolean(mine?.connected && mine.account);
    const logIn = useConnectWindow(connected ? null : onCheck, begun);
    const mayConnect = !connected && mine?.canConnect !== false;
    return (
        <Dialog
            title={<Text id='msteams_sync.account.title'/>}
            onDismiss={onClose}
            actions={(
                <>
                    {mayConnect && (
                        <button
                            type='button'
                            className='btn btn-primary'
                            onClick={logIn.open}
                        >
                            <Text id={connectText(logIn.phase)}/>
                        </button>
                    )}
                    {mine?.account && (
                        <button
                            type='button'
                            className='btn btn-danger'
                            onClick={onDisconnect}
                        >
                            <Text id='msteams_sync.account.disconnect'/>
                        </button>
                    )}
                    <button
                        type='button'
                        className='btn btn-tertiary'
                        onClick={onClose}
                    >
                        <Text id='msteams_sync.account.close'/>
                    </button>
                </>
            )}
        >
            <div aria-live='polite'>
                <Standing mine={mine}/>
                <LogInProgress
                    logIn={logIn}
                    waiting='msteams_sync.account.waiting'
                />
                {failed && <p className='msteams-sync-dialog__error'><Text id='msteams_sync.prompt.check_failed'/></p>}
            </div>
        </Dialog>
    );
}

/** What is known of the connection. */
function Standing({mine}: {mine: MyConnection | null}) {
    if (!mine) {
        return <p><Text id='msteams_sync.account.unknown'/></p>;
    }
    if (mine.connected && mine.account) {
        return (
            <p>
                <Text
                    id='msteams_sync.account.connected'
                    values={{name: mine.account.name, account: mine.account.upn}}
                />
            </p>
        );
    }
    return (
        <>
            {mine.account && <p><Text id='msteams_sync.account.lost_title'/></p>}
            {mine.reason && <p>{mine.reason}</p>}
            {!mine.account && !mine.reason && <p><Text id='msteams_sync.account.none'/></p>}
            {mine.canConnect && mine.email && (
                <p>
                    <Text
                        id='msteams_sync.account.email'
                        values={{email: mine.email}}
                    />
                </p>
            )}
        </>
    );
}
