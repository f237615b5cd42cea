// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback} from 'react';
import {useDispatch, useSelector} from 'react-redux';

import type {AccountDialogName} from '../../state/account';
import {selectPart} from '../../state/plugin_state';

import {AccountDialog} from './account_dialog';
import {DisconnectDialog} from './disconnect_dialog';

interface Props {

    /** Asks the server anew. */
    onCheck: () => void;
}

/** The dialog about the user's account that is open, if one is. */
export function AccountDialogs({onCheck}: Props) {
    const {mine, failed, dialog, begun} = useSelector((state: GlobalState) => selectPart(state, 'account'));
    const dispatch = useDispatch();
    const show = useCallback((name: AccountDialogName | null) => {
        dispatch({type: 'msteams_sync/account_dialog', dialog: name});
    }, [dispatch]);
    const close = useCallback(() => {
        show(null);
    }, [show]);

    if (dialog === 'disconnect' && mine?.account) {
        return (
            <DisconnectDialog
                account={mine.account}
                onClose={close}
            />
        );
    }
    if (dialog === 'account') {
        return (
            <AccountDialog
                mine={mine}
                failed={failed}
                begun={begun}
                onCheck={onCheck}
                onDisconnect={() => {
                    show('disconnect');
                }}
                onClose={close}
            />
        );
    }
    return null;
}
