// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {isRecord} from '../../client';
import {onEvent, onReconnect} from '../../events';
import {onReturn} from '../../page';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import {readStates} from '../../requests/sync';
import {whileLoggedIn} from '../../session';
import {selectPart} from '../../state/plugin_state';

import {PostMark} from './post_mark';
import {PostStates} from './post_states';

/** Shows below posts where they came from and how far one's own are. */
export const registerSyncStatus: Registration = (registry, store) => {
    const states = new PostStates(store.dispatch, () => selectPart(store.getState(), 'posts'));
    const Mark = ({postId}: {postId: string}) => (
        <PostMark
            postId={postId}
            states={states}
        />
    );
    const undo = [
        whileLoggedIn(store, () => () => {
            states.stop();
            store.dispatch({type: 'msteams_sync/posts_forgotten'});
        }),
        onEvent(registry, 'post_sync', ({data}) => {
            states.told(readStates(isRecord(data) ? parse(data.posts) : undefined));
        }),
        onReconnect(registry, () => {
            states.missed();
        }),
        onReturn(() => {
            states.seen();
        }),
        unregisterAll(registry, [registry.registerPostMessageAttachmentComponent(Mark)]),
    ];
    return () => {
        for (const each of undo.reverse()) {
            each();
        }
    };
};

/** The list of an event, which travels as text. */
function parse(list: unknown): unknown {
    try {
        return typeof list === 'string' ? JSON.parse(list) as unknown : list;
    } catch {
        return undefined;
    }
}
