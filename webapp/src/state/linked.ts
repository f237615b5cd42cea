// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Action} from 'redux';

import type {LinkKind} from '../requests/sync';

/** The user's linked channels, by id. */
export type LinkedState = Readonly<Record<string, LinkKind>>;

export type LinkedAction =
    | {type: 'msteams_sync/linked'; channels: LinkedState}
    | {type: 'msteams_sync/unlinked'; channelId: string};

const none: LinkedState = {};

export function linkedReducer(state: LinkedState = none, action: LinkedAction | Action): LinkedState {
    const ours = action as LinkedAction;
    switch (ours.type) {
    case 'msteams_sync/linked':
        return ours.channels;
    case 'msteams_sync/unlinked':
        return Object.fromEntries(Object.entries(state).filter(([channelId]) => channelId !== ours.channelId));
    default:
        return state;
    }
}
