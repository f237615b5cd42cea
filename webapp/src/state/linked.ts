// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Action} from 'redux';

import type {LinkKind} from '../requests/sync';

/** The user's linked channels, by id. */
export type LinkedState = Readonly<Record<string, LinkKind>>;

export type LinkedAction =
    | {type: 'msteams_sync/linked'; channels: LinkedState}
    | LinkMark;

/** One channel is linked now, or with null no longer. */
export interface LinkMark {
    type: 'msteams_sync/link_mark';
    channelId: string;
    kind: LinkKind | null;
}

const none: LinkedState = {};

export function linkedReducer(state: LinkedState = none, action: LinkedAction | Action): LinkedState {
    const ours = action as LinkedAction;
    switch (ours.type) {
    case 'msteams_sync/linked':
        return ours.channels;
    case 'msteams_sync/link_mark':
        return marked(state, ours);
    default:
        return state;
    }
}

function marked(state: LinkedState, {channelId, kind}: LinkMark): LinkedState {
    if (kind) {
        return state[channelId] === kind ? state : {...state, [channelId]: kind};
    }
    return channelId in state ? Object.fromEntries(Object.entries(state).filter(([id]) => id !== channelId)) : state;
}
