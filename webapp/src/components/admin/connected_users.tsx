// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useRef, useState} from 'react';

import {Text} from '../../i18n/text';
import {connectedUsersFile, nameOf} from '../../requests/admin';
import {Failure} from '../failure/failure';
import {ConnectedUserEntry} from './connected_user_entry';
import {useConnectedUsers} from './use_connected_users';

/** The report of connected users, and a way to end a connection. */
export function ConnectedUsers() {
    const {users, total, busy, error, fresh, more, again} = useConnectedUsers();
    const [ended, setEnded] = useState('');
    const said = useRef<HTMLParagraphElement>(null);
    return (
        <section
            className='msteams-sync-panel'
            aria-labelledby='msteams-sync-report'
        >
            <h3
                id='msteams-sync-report'
                className='msteams-sync-panel__title'
            >
                <Text id='msteams_sync.admin.report_title'/>
            </h3>
            <p><Text id='msteams_sync.admin.report_text'/></p>
            <p
                ref={said}
                role='status'
                tabIndex={-1}
            >
                {ended ? (
                    <Text
                        id='msteams_sync.admin.connected_ended'
                        values={{user: ended}}
                    />
                ) : !fresh && (
                    <Text
                        id='msteams_sync.admin.connected_count'
                        values={{count: total}}
                    />
                )}
            </p>
            {error !== null && (
                <Failure
                    error={error}
                    onRetry={again}
                />
            )}
            {users.length > 0 && (
                <ul className='msteams-sync-people'>
                    {users.map((user) => (
                        <ConnectedUserEntry
                            key={user.mattermost_user_id}
                            user={user}
                            onEnded={() => {
                                setEnded(nameOf(user));

                                // The button that had it goes with its user.
                                said.current?.focus();
                                again();
                            }}
                        />
                    ))}
                </ul>
            )}
            <div className='msteams-sync-panel__actions'>
                {users.length < total && (
                    <button
                        type='button'
                        className='btn btn-tertiary'
                        aria-disabled={busy}
                        onClick={() => {
                            if (!busy) {
                                more();
                            }
                        }}
                    >
                        <Text id='msteams_sync.admin.connected_more'/>
                    </button>
                )}
                <a
                    className='btn btn-tertiary'
                    href={connectedUsersFile()}
                    download={true}
                >
                    <Text id='msteams_sync.admin.report_download'/>
                </a>
            </div>
        </section>
    );
}
