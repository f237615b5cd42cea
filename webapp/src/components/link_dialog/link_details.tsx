// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {FormattedDate, FormattedTime} from 'react-intl';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import type {Link, LinkState} from '../../requests/links';

const stateTexts: Record<LinkState, MessageId> = {
    ok: 'msteams_sync.state.ok',
    delayed: 'msteams_sync.state.delayed',
    error: 'msteams_sync.state.error',
    searching: 'msteams_sync.state.searching',
    pending_approval: 'msteams_sync.state.pending',
};

interface Props {
    link: Link;
}

/** What a channel is linked with, and how the link does. */
export function LinkDetails({link}: Props) {
    const {state, lag_seconds: lag, dead, last_error: lastError, last_error_at: lastErrorAt} = link;
    return (
        <dl className='msteams-sync-details'>
            <div>
                <dt><Text id='msteams_sync.details.teams'/></dt>
                <dd>
                    {link.teams_channel_name || link.teams_channel_id}
                    {link.teams_team_name && <small>{link.teams_team_name}</small>}
                </dd>
            </div>
            <div>
                <dt><Text id='msteams_sync.details.state'/></dt>
                <dd>
                    <span className={`msteams-sync-state msteams-sync-state--${state}`}><Text id={stateTexts[state]}/></span>
                </dd>
            </div>
            {lag >= 1 && (
                <div>
                    <dt><Text id='msteams_sync.details.lag'/></dt>
                    <dd>
                        <Text
                            id='msteams_sync.details.seconds'
                            values={{seconds: Math.round(lag)}}
                        />
                    </dd>
                </div>
            )}
            {dead > 0 && (
                <div>
                    <dt><Text id='msteams_sync.details.dead'/></dt>
                    <dd>{dead}</dd>
                </div>
            )}
            {lastError && (
                <div>
                    <dt><Text id='msteams_sync.details.last_error'/></dt>
                    <dd>
                        {lastError}
                        {lastErrorAt && (
                            <small>
                                <FormattedDate value={lastErrorAt}/>
                                {' '}
                                <FormattedTime value={lastErrorAt}/>
                            </small>
                        )}
                    </dd>
                </div>
            )}
        </dl>
    );
}
