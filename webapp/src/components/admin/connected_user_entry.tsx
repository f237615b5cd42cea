// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import {disconnectUser, nameOf} from '../../requests/admin';
import type {ConnectedUser} from '../../requests/admin';
import {Question} from '../question/question';
import {useAsking} from '../question/use_asking';

interface Props {
    user: ConnectedUser;
    onEnded: () => void;
}

/** One connected user; the connection can be ended, after a question. */
export function ConnectedUserEntry({user, onEnded}: Props) {
    const {asking, ask, leave, around} = useAsking<'disconnect'>();
    const account = user.teams_user_principal_name || user.teams_mail;
    return (
        <li className='msteams-sync-people__entry'>
            <span className='msteams-sync-people__name'>
                <b>{nameOf(user)}</b>
                {' '}
                {user.teams_display_name}
                {' '}
                <small>{account}</small>
                {user.token_state !== 'ok' && (
                    <small>
                        <Text id='msteams_sync.admin.connected_lost'/>
                        {' '}
                        <span lang='en'>{user.reason}</span>
                    </small>
                )}
            </span>
            <div ref={around}>
                {asking ? (
                    <Question
                        text={(
                            <Text
                                id='msteams_sync.admin.connected_question'
                                values={{user: nameOf(user), account}}
                            />
                        )}
                        yes='msteams_sync.admin.connected_end'
                        no='msteams_sync.admin.connected_keep'
                        deed={() => disconnectUser(user.mattermost_user_id)}
                        onDone={onEnded}
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
                        <Text
                            id='msteams_sync.admin.connected_ask'
                            values={{user: nameOf(user)}}
                        />
                    </button>
                )}
            </div>
        </li>
    );
}
