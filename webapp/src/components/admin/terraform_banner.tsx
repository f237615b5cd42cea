// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {findSetting, selectSettings} from './managed_settings';

/** Says which settings Terraform manages; nothing when it manages none. */
export function TerraformBanner({keys}: {keys: readonly string[]}) {
    const settings = useSelector(selectSettings);
    if (keys.length === 0) {
        return null;
    }
    return (
        <section
            className='msteams-sync-panel msteams-sync-panel--notice'
            aria-labelledby='msteams-sync-terraform'
        >
            <h3
                id='msteams-sync-terraform'
                className='msteams-sync-panel__title'
            >
                <Text id='msteams_sync.admin.terraform_title'/>
            </h3>
            <p><Text id='msteams_sync.admin.terraform_text'/></p>
            <ul className='msteams-sync-panel__list'>
                {keys.map((key) => <li key={key}>{findSetting(settings, key)?.display_name ?? key}</li>)}
            </ul>
        </section>
    );
}
