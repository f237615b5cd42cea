// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Action} from 'redux';

import type {ConnectPhase} from '../components/enforce_prompt/use_connect_window';
import type {MyConnection} from '../requests/account';

/** A dialog about the account that is open. */
export type AccountDialogName = 'account' | 'disconnect';

export interface AccountState {

    /** The server's last answer; null until the first one. */
    mine: MyConnection | null;

    /** The last question brought no answer. */
    failed: boolean;
    dialog: AccountDialogName | null;

    /** How a log-in was going when the dialog was opened because of it. */
    begun: ConnectPhase;

    /** The last log-in after which the account was not taken; another object for each. null for none. */
    refusal: {reason: string} | null;
}

export type AccountAction =
    | {type: 'msteams_sync/account'; mine: MyConnection}
    | {type: 'msteams_sync/account_failed'}
    | {type: 'msteams_sync/account_dialog'; dialog: AccountDialogName | null; begun?: ConnectPhase}
    | {type: 'msteams_sync/account_refused'; reason: string}
    | {type: 'msteams_sync/account_forgotten'};

const unknown: AccountState = {mine: null, failed: false, dialog: null, begun: 'idle', refusal: null};

export function accountReducer(state: AccountState = unknown, action: AccountAction | Action): AccountState {
    const ours = action as AccountAction;
    switch (ours.type) {
    case 'msteams_sync/account':
        return {...state, mine: ours.mine, failed: false};
    case 'msteams_sync/account_failed':
        return {...state, failed: true};
    case 'msteams_sync/account_dialog':
        return {...state, dialog: ours.dialog, begun: ours.begun ?? 'idle'};
    case 'msteams_sync/account_refused':
        return {...state, refusal: {reason: ours.reason}};
    case 'msteams_sync/account_forgotten':
        return unknown;
    default:
        return state;
    }
}
