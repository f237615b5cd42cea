// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Channel} from '@mattermost/types/channels';
import type {GlobalState} from '@mattermost/types/store';
import React from 'react';
import {useSelector} from 'react-redux';

import {useText} from '../../i18n/text';
import {selectPart} from '../../state/plugin_state';

/** Beside a channel's name in its header: the channel is linked. Some hosts do not say which channel it is. */
export function HeaderMark({channel}: {channel?: Channel}) {
    const current = useSelector((state: GlobalState) => state.entities.channels.currentChannelId);
    return <Mark channelId={channel?.id ?? current}/>;
}

/** Beside a channel's name in the sidebar. */
export function SidebarMark({channel}: {channel: Channel}) {
    return <Mark channelId={channel.id}/>;
}

function Mark({channelId}: {channelId: string}) {
    const kind = useSelector((state: GlobalState) => selectPart(state, 'linked')[channelId]);
    const text = useText();
    if (!kind) {
        return null;
    }
    const name = text(kind === 'chat' ? 'msteams_sync.mark.chat' : 'msteams_sync.mark.channel');
    return (
        <span
            className='msteams-sync-mark'
            role='img'
            aria-label={name}
            title={name}
        >
            <LinkedIcon/>
        </span>
    );
}

/** Two boxes that exchange something. */
export function LinkedIcon() {
    return (
        <svg
            width='14'
            height='14'
            viewBox='0 0 16 16'
            fill='none'
            stroke='currentColor'
            strokeWidth='1.5'
            strokeLinecap='round'
            strokeLinejoin='round'
            aria-hidden='true'
            focusable='false'
        >
            <rect x='1.5' y='1.5' width='6' height='6' rx='1.5'/>
            <rect x='8.5' y='8.5' width='6' height='6' rx='1.5'/>
            <path d='M10.5 3.5h2.25a.75.75 0 0 1 .75.75V6.5M12 5l1.5 1.5L15 5M5.5 12.5H3.25a.75.75 0 0 1-.75-.75V9.5M4 11 2.5 9.5 1 11'/>
        </svg>
    );
}
