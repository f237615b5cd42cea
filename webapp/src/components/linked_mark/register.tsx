// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {isRecord} from '../../client';
import {onEvent, onHostEvent, onReconnect} from '../../events';
import {Fetched} from '../../fetched';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import {linkedChannels} from '../../requests/sync';
import {whileLoggedIn} from '../../session';
import {selectUserId} from '../../state/connection';

import {HeaderMark, SidebarMark} from './linked_mark';

/** Marks linked channels: in the sidebar, and in the header where the host has a place for it. */
export const registerLinkedMark: Registration = (registry, store) => {
    let fetch = () => {
        // nobody is logged in
    };
    const undo = [
        whileLoggedIn(store, () => {
            const linked = new Fetched(linkedChannels, (channels) => {
                store.dispatch({type: 'msteams_sync/linked', channels});
            });
            fetch = () => void linked.fetch();
            fetch();
            return () => {
                linked.stop();
                store.dispatch({type: 'msteams_sync/linked', channels: {}});
            };
        }),

        // Joining a channel that is linked brings no event of ours. The host tells everybody in the channel of it.
        onHostEvent(registry, 'user_added', ({data}) => {
            if (isRecord(data) && data.user_id === selectUserId(store.getState())) {
                fetch();
            }
        }),
        onEvent(registry, 'link_mark', ({data}) => {
            if (isRecord(data) && data.linked === false && typeof data.channel_id === 'string') {
                store.dispatch({type: 'msteams_sync/unlinked', channelId: data.channel_id});
            } else {
                fetch();
            }
        }),
        onReconnect(registry, () => {
            fetch();
        }),
        unregisterAll(registry, [
            registry.registerChannelHeaderIcon?.(HeaderMark),
            registry.registerSidebarChannelLinkLabelComponent?.(SidebarMark),
        ].filter((id) => id !== undefined)),
    ];
    return () => {
        for (const each of undo.reverse()) {
            each();
        }
    };
};
