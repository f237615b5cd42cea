// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {ConnectedUsers} from './connected_users';
import {Whitelist} from './whitelist';

/** Who may connect, and who has. It is no setting and stores nothing. */
export function AccessSetting() {
    return (
        <div className='msteams-sync-admin'>
            <Whitelist/>
            <ConnectedUsers/>
        </div>
    );
}
