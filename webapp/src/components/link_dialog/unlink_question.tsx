// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import {unlinkChannel} from '../../requests/links';
import type {Link} from '../../requests/links';
import {Question} from '../question/question';

interface Props {
    link: Link;
    onUnlinked: () => void;
    onKeep: () => void;
}

/** Asks before a channel is unlinked, or before a request is taken back. */
export function UnlinkQuestion({link, onUnlinked, onKeep}: Props) {
    const pending = link.state === 'pending_approval';
    return (
        <Question
            text={(
                <Text
                    id={pending ? 'msteams_sync.unlink.withdraw_question' : 'msteams_sync.unlink.question'}
                    values={{channel: link.channel.display_name, teamsChannel: link.teams_channel_name || link.teams_channel_id}}
                />
            )}
            yes={pending ? 'msteams_sync.unlink.withdraw' : 'msteams_sync.unlink.unlink'}
            no='msteams_sync.unlink.keep'
            deed={() => unlinkChannel(link.channel_id)}
            onDone={onUnlinked}
            onLeave={onKeep}
        />
    );
}
