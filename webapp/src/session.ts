// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Store} from 'redux';

import {selectUserId} from './state/connection';

/**
 * Runs something while somebody is logged in: the host starts plugins on the log-in page too.
 *
 * @param begin is called with each user who logs in, and returns what ends it.
 * @returns what undoes it.
 */
export function whileLoggedIn(store: Store<GlobalState>, begin: (userId: string) => () => void): () => void {
    let current = '';
    let end = nothing;
    const look = () => {
        const userId = selectUserId(store.getState());
        if (userId !== current) {
            current = userId;
            end();
            end = userId ? begin(userId) : nothing;
        }
    };
    look();
    const unsubscribe = store.subscribe(look);
    return () => {
        unsubscribe();
        end();
        end = nothing;
    };
}

function nothing(): void {
    // there was nothing to end
}
