// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback, useEffect} from 'react';
import {useDispatch, useSelector} from 'react-redux';

import type {ConnectionWatch} from '../../connection_watch';
import {selectUserId} from '../../state/connection';
import {selectPart} from '../../state/plugin_state';

import {CheckFailedNotice} from './check_failed_notice';
import {ConnectDialog} from './connect_dialog';

/** Failed checks in a row before the user hears of it: a restart of the plugin is shorter. */
const failuresToMention = 3;

interface Props {
    watch: ConnectionWatch;
}

/**
 * Shows the connect dialog to those whom the server tells to connect.
 *
 * Always drawn, so that it also starts the watch: being drawn means that somebody is logged in. While the server has
 * never answered nobody is held up: a plugin that is down must not lock people out of Mattermost.
 */
export function EnforcePrompt({watch}: Props) {
    const userId = useSelector(selectUserId);
    const {requirement, failures, skipped} = useSelector((state: GlobalState) => selectPart(state, 'connection'));
    const {mine} = useSelector((state: GlobalState) => selectPart(state, 'account'));
    const dispatch = useDispatch();

    useEffect(() => {
        if (!userId) {
            return undefined;
        }
        watch.start(userId);
        return () => {
            watch.stop();
        };
    }, [watch, userId]);

    const check = useCallback(() => void watch.check(), [watch]);
    const skip = useCallback(() => {
        dispatch({type: 'msteams_sync/skipped'});
    }, [dispatch]);

    const disconnect = useCallback(() => {
        dispatch({type: 'msteams_sync/account_dialog', dialog: 'disconnect'});
    }, [dispatch]);

    if (!userId) {
        return null;
    }
    if (requirement?.needsConnect && !skipped) {
        return (
            <ConnectDialog
                requirement={requirement}
                lostBecause={mine?.account && !mine.connected ? mine.reason : ''}
                checkFailed={failures > 0}
                onCheck={check}
                onSkip={skip}
                onDisconnect={mine?.account ? disconnect : null}
            />
        );
    }
    if (!requirement && failures >= failuresToMention) {
        return <CheckFailedNotice onRetry={check}/>;
    }
    return null;
}
