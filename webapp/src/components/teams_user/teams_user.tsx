// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {UserProfile} from '@mattermost/types/users';
import React from 'react';

import {Text} from '../../i18n/text';
import {LinkedIcon} from '../linked_mark/linked_mark';

/** By this the server half marks users who stand for somebody in Teams. */
const mirrorRemote = 'msteamssyncmirroredusers00';

/** Says in the card about a user that there is nobody here who reads what is sent to them: they are in Teams. */
export function TeamsUser({user}: {user: UserProfile}) {
    if (user.remote_id !== mirrorRemote) {
        return null;
    }
    return (
        <p className='msteams-sync-user'>
            <LinkedIcon/>
            <Text id='msteams_sync.user.teams'/>
        </p>
    );
}
