// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {useDispatch} from 'react-redux';

import {Text} from '../../i18n/text';
import {disconnect} from '../../requests/account';
import type {MyConnection} from '../../requests/account';
import {QuestionDialog} from '../question/question_dialog';

interface Props {
    account: NonNullable<MyConnection['account']>;
    onClose: () => void;
}

/** Asks whether the account is really to be disconnected, and disconnects it. */
export function DisconnectDialog({account, onClose}: Props) {
    const dispatch = useDispatch();
    return (
        <QuestionDialog
            title={<Text id='msteams_sync.disconnect.title'/>}
            text={(
                <Text
                    id='msteams_sync.disconnect.text'
                    values={{account: <strong key='account'>{account.upn || account.name}</strong>}}
                />
            )}
            yes='msteams_sync.account.disconnect'
            no='msteams_sync.account.cancel'
            deed={async () => {
                dispatch({type: 'msteams_sync/account', mine: await disconnect()});
            }}
            onDone={onClose}
            onLeave={onClose}
        />
    );
}
