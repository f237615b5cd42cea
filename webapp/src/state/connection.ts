// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Action} from 'redux';

import type {Requirement} from '../client';

/** What is known about the connection of the user who is logged in. Lives until the user logs out or loads the page again. */
export interface ConnectionState {

    /** Whom the rest is about; "" while nobody is logged in. */
    userId: string;

    /** The server's last answer; null until the first one. */
    requirement: Requirement | null;

    /** Checks that failed since the last answer. */
    failures: number;

    /** The user chose to put connecting off. */
    skipped: boolean;
}

export type ConnectionAction =
    | {type: 'msteams_sync/user'; userId: string}
    | {type: 'msteams_sync/checked'; requirement: Requirement}
    | {type: 'msteams_sync/check_failed'}
    | {type: 'msteams_sync/connected'}
    | {type: 'msteams_sync/skipped'}
    | {type: 'msteams_sync/forgotten'};

const unknown: ConnectionState = {userId: '', requirement: null, failures: 0, skipped: false};

export function connectionReducer(state: ConnectionState = unknown, action: ConnectionAction | Action): ConnectionState {
    if (!isOurs(action)) {
        return state;
    }
    switch (action.type) {
    case 'msteams_sync/user':
        return state.userId === action.userId ? state : {...unknown, userId: action.userId};
    case 'msteams_sync/checked':
        return {...state, requirement: action.requirement, failures: 0};
    case 'msteams_sync/check_failed':
        return {...state, failures: state.failures + 1};
    case 'msteams_sync/connected':
        return {...state, requirement: state.requirement && {...state.requirement, needsConnect: false}};
    case 'msteams_sync/skipped':
        return state.requirement?.canSkip ? {...state, skipped: true} : state;
    case 'msteams_sync/forgotten':
        return unknown;
    default:
        return state;
    }
}

/** The id of the user who is logged in, "" before log-in. */
export function selectUserId(state: GlobalState): string {
    return state.entities.users.currentUserId;
}

function isOurs(action: Action): action is ConnectionAction {
    return action.type.startsWith('msteams_sync/');
}
