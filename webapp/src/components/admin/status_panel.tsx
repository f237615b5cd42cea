// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import {useFormats} from './formats';
import {findings} from './health';
import {HealthList} from './health_list';
import {useHealth} from './use_health';

/** How the plugin is, with a button that tries the connections out. */
export function StatusPanel() {
    const {status, checks, failed, busy, look} = useHealth();
    const formats = useFormats();
    return (
        <section
            className='msteams-sync-panel'
            aria-labelledby='msteams-sync-status'
        >
            <h3
                id='msteams-sync-status'
                className='msteams-sync-panel__title'
            >
                <Text id='msteams_sync.admin.status_title'/>
            </h3>
            {status && <HealthList findings={findings(status, checks, Date.now(), formats)}/>}
            {failed && <p role='alert'><Text id='msteams_sync.admin.status_failed'/></p>}
            <div className='msteams-sync-panel__actions'>
                <button
                    type='button'
                    className='btn btn-tertiary'
                    aria-disabled={busy}
                    onClick={() => {
                        if (!busy) {
                            look();
                        }
                    }}
                >
                    <Text id='msteams_sync.admin.test'/>
                </button>
                <span role='status'>
                    <Text id={busy ? 'msteams_sync.admin.testing' : testResult(checks)}/>
                </span>
            </div>
        </section>
    );
}

function testResult(checks: ReturnType<typeof useHealth>['checks']) {
    return Object.values(checks).every(({ok}) => ok) ? 'msteams_sync.admin.test_good' : 'msteams_sync.admin.test_bad';
}
