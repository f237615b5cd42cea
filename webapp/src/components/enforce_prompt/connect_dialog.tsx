// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect} from 'react';

import type {Requirement} from '../../client';
import {Text} from '../../i18n/text';
import {Dialog} from '../dialog/dialog';

import {LogInProgress} from './log_in_progress';
import {connectText, useConnectWindow} from './use_connect_window';
import type {ConnectWindow} from './use_connect_window';

/** How often a prompt that nobody answers asks whether it is still wanted: an administrator may have ended it. */
const stillWantedMs = 60_000;

interface Props {
    requirement: Requirement;

    /** Why the connection that there was does not work, in the server's words; "" when it said nothing. */
    lostBecause: string;

    /** The last check brought no answer. */
    checkFailed: boolean;
    onCheck: () => void;
    onSkip: () => void;

    /** Asks whether the account that is lost is to be disconnected; null where there is none. */
    onDisconnect: (() => void) | null;
}

/** Asks the user to connect a Teams account; stays until that is done or, where allowed, put off. */
export function ConnectDialog({requirement, lostBecause, checkFailed, onCheck, onSkip, onDisconnect}: Props) {
    const logIn = useConnectWindow(onCheck);
    const {canSkip, email} = requirement;

    // After a check that failed the next comes by itself, ever more slowly.
    useEffect(() => {
        if (checkFailed) {
            return undefined;
        }
        const poll = setInterval(onCheck, stillWantedMs);
        return () => {
            clearInterval(poll);
        };
    }, [checkFailed, onCheck]);

    return (
        <Dialog
            title={<Text id='msteams_sync.prompt.title'/>}
            onDismiss={canSkip ? onSkip : undefined}
            actions={(
                <>
                    <button
                        type='button'
                        className='btn btn-primary'
                        onClick={logIn.open}
                    >
                        <Text id={connectText(logIn.phase)}/>
                    </button>
                    {(checkFailed || logIn.phase === 'waiting') && (
                        <button
                            type='button'
                            className='btn btn-tertiary'
                            onClick={onCheck}
                        >
                            <Text id='msteams_sync.prompt.check'/>
                        </button>
                    )}
                    {canSkip && (
                        <button
                            type='button'
                            className='btn btn-tertiary'
                            onClick={onSkip}
                        >
                            <Text id='msteams_sync.prompt.skip'/>
                        </button>
                    )}
                    {onDisconnect && (
                        <button
                            type='button'
                            className='btn btn-tertiary'
                            onClick={onDisconnect}
                        >
                            <Text id='msteams_sync.account.disconnect'/>
                        </button>
                    )}
                </>
            )}
        >
            {lostBecause && (
                <p>
                    <strong><Text id='msteams_sync.account.lost_title'/></strong>
                    {' '}
                    {lostBecause}
                </p>
            )}
            <p><Text id='msteams_sync.prompt.reason'/></p>
            {email && (
                <p>
                    <Text
                        id='msteams_sync.prompt.email'
                        values={{email: <strong key='email'>{email}</strong>}}
                    />
                </p>
            )}
            {canSkip && <p><Text id='msteams_sync.prompt.skip_note'/></p>}
            <Progress
                logIn={logIn}
                checkFailed={checkFailed}
            />
        </Dialog>
    );
}

interface ProgressProps {
    logIn: ConnectWindow;
    checkFailed: boolean;
}

/** What is going on. Always drawn, as screen readers announce changes only in a region that was there before. */
function Progress({logIn, checkFailed}: ProgressProps) {
    return (
        <div aria-live='polite'>
            <LogInProgress
                logIn={logIn}
                waiting='msteams_sync.prompt.waiting'
            />
            {checkFailed && (
                <p className='msteams-sync-dialog__error'>
                    <Text id='msteams_sync.prompt.check_failed'/>
                </p>
            )}
        </div>
    );
}
