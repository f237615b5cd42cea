// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text} from '../../i18n/text';
import {refuseRequest} from '../../requests/links';
import type {Link} from '../../requests/links';
import {Question} from '../question/question';

/** How many characters the server takes. */
const longestReason = 1000;

interface Props {
    link: Link;
    onRefused: () => void;
    onLeave: () => void;
}

/** Asks why a link is refused before it is. */
export function RefuseQuestion({link, onRefused, onLeave}: Props) {
    const [reason, setReason] = useState('');
    return (
        <Question
            text={(
                <Text
                    id='msteams_sync.sidebar.refuse_question'
                    values={{channel: link.channel.display_name, teamsChannel: link.teams_channel_name || link.teams_channel_id}}
                />
            )}
            yes='msteams_sync.sidebar.refuse'
            no='msteams_sync.account.cancel'
            deed={() => refuseRequest(link.id, reason.trim())}
            onDone={onRefused}
            onLeave={onLeave}
        >
            <label className='msteams-sync-question__field'>
                <Text id='msteams_sync.sidebar.refuse_reason'/>
                <textarea
                    className='form-control'
                    rows={2}
                    maxLength={longestReason}
                    value={reason}
                    onChange={(event) => {
                        setReason(event.target.value);
                    }}
                />
            </label>
        </Question>
    );
}
