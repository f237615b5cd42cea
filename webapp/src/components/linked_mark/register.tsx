// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {isRecord} from '../../client';
import {onEvent, onHostEvent, onReconnect} from '../../events';
import {Fetched} from '../../fetched';
import {askOnReturn} from '../../page';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import {linkedChannels} from '../../requests/sync';
import type {LinkKind} from '../../requests/sync';
import {whileLoggedIn} from '../../session';
import {Spread} from '../../spread';
import {selectUserId} from '../../state/connection';
import type {LinkMark} from '../../state/linked';

import {HeaderMark, SidebarMark} from './linked_mark';

/** Marks linked channels: in the sidebar, and in the header where the host has a place for it. */
export const registerLinkedMark: Registration = (registry, store) => {
    let fetch = () => {
        // nobody is logged in
    };
    const again = new Spread(() => {
        fetch();
    });

    // What was told while the server was asked: its answer may be older.
    const told = new Map<string, LinkKind | null>();
    const mark = (channelId: string, kind: LinkKind | null) => {
        store.dispatch({type: 'msteams_sync/link_mark', channelId, kind} satisfies LinkMark);
    };
    const undo = [
        whileLoggedIn(store, () => {
            const linked = new Fetched((signal) => {
                told.clear();
                return linkedChannels(signal);
            }, (channels) => {
                store.dispatch({type: 'msteams_sync/linked', channels});
                told.forEach((kind, channelId) => {
                    mark(channelId, kind);
                });
            });
            fetch = () => void linked.fetch();
            fetch();
            return () => {
                again.stop();
                linked.stop();
                store.dispatch({type: 'msteams_sync/linked', channels: {}});
            };
        }),

        // Joining a channel that is linked brings no event of ours. The host tells everybody in the channel of it.
        onHostEvent(registry, 'user_added', ({data}) => {
            if (isRecord(data) && data.user_id === selectUserId(store.getState())) {
                again.soon();
            }
        }),
        onEvent(registry, 'link_mark', ({data}) => {
            const change = isRecord(data) ? readMark(data) : null;
            if (change) {
                told.set(change.channelId, change.kind);
                mark(change.channelId, change.kind);
            } else {
                again.soon();
            }
        }),
        onReconnect(registry, () => {
            again.soon();
        }),
        askOnReturn(() => {
            again.soon();
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

/** What an event says of one channel; null when it does not say enough, as those of older servers in the cluster do not. */
function readMark({channel_id: channelId, linked, kind}: Record<string, unknown>): {channelId: string; kind: LinkKind | null} | null {
    if (typeof channelId !== 'string') {
        return null;
    }
    if (linked === false) {
        return {channelId, kind: null};
    }
    return linked === true && (kind === 'channel' || kind === 'chat') ? {channelId, kind} : null;
}
