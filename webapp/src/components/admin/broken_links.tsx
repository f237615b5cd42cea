// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useCallback} from 'react';

import {Text} from '../../i18n/text';
import {channelURL} from '../../location';
import {channelState} from '../../requests/links';
import {useRequest} from '../../use_request';
import type {BrokenLink} from './health';

/** How many links are named: each takes a request. */
export const mostNamed = 10;

/** Names links that have errors, and leads to their channels. */
export function BrokenLinks({links}: {links: readonly BrokenLink[]}) {
    return (
        <ul className='msteams-sync-broken'>
            {links.slice(0, mostNamed).map((link) => (
                <Named
                    key={link.channelId}
                    {...link}
                />
            ))}
            {links.length > mostNamed && (
                <li>
                    <Text
                        id='msteams_sync.admin.links_more'
                        values={{count: links.length - mostNamed}}
                    />
                </li>
            )}
        </ul>
    );
}

/** One link. While its names are not there, or cannot be had, its channel's id stands for them. */
function Named({channelId, error}: BrokenLink) {
    const ask = useCallback((signal: AbortSignal) => channelState(channelId, signal), [channelId]);
    const {answer} = useRequest(ask);
    const said = answer?.link?.last_error ?? error;
    return (
        <li>
            {answer ? (
                <Text
                    id='msteams_sync.admin.link'
                    values={{
                        channel: (
                            <a
                                key='channel'
                                href={channelURL(answer.channel.team_name, channelId)}
                            >
                                {`${answer.channel.team_display_name} / ${answer.channel.display_name}`}
                            </a>
                        ),
                        teamsChannel: answer.link ? `${answer.link.teams_team_name || answer.link.teams_team_id} / ${answer.link.teams_channel_name || answer.link.teams_channel_id}` : '–',
                    }}
                />
            ) : <code>{channelId}</code>}
            {said && (
                <span
                    lang='en'
                    className='msteams-sync-health__detail'
                >
                    {said}
                </span>
            )}
        </li>
    );
}
