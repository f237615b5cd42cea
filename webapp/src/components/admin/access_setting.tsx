// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import {connectedUsersFile} from '../../requests/admin';
import {Whitelist} from './whitelist';

/** Who may connect, and who has. It is no setting and stores nothing. */
export function AccessSetting() {
    return (
        <div className='msteams-sync-admin'>
            <Whitelist/>
            <section
                className='msteams-sync-panel'
                aria-labelledby='msteams-sync-report'
            >
                <h3
                    id='msteams-sync-report'
                    className='msteams-sync-panel__title'
                >
                    <Text id='msteams_sync.admin.report_title'/>
                </h3>
                <p><Text id='msteams_sync.admin.report_text'/></p>
                <a
                    className='btn btn-tertiary'
                    href={connectedUsersFile()}
                    download={true}
                >
                    <Text id='msteams_sync.admin.report_download'/>
                </a>
            </section>
        </div>
    );
}
