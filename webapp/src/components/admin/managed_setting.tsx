// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import type {CustomSettingProps} from '../../registry';
import {ManagedField} from './managed_field';
import {findSetting, selectSettings} from './managed_settings';

/**
 * A setting that Terraform manages: what the host draws for it, title and help too, with a note. It can be changed all the
 * same, until the next apply: whoever has to switch something off now must not have to wait for Terraform.
 */
export function ManagedSetting({id, label, helpText, value, disabled, setByEnv, onChange}: CustomSettingProps) {
    const settings = useSelector(selectSettings);
    const key = id.slice(id.lastIndexOf('.') + 1);
    const setting = findSetting(settings, key);
    const described = [`${id}-managed`];
    if (helpText) {
        described.unshift(`${id}-help`);
    }
    return (
        <div className='form-group'>
            <label
                className='control-label col-sm-4'
                htmlFor={id}
            >
                {label ?? setting?.display_name ?? key}
            </label>
            <div className='col-sm-8'>
                <ManagedField
                    id={id}
                    setting={setting}
                    value={value ?? setting?.default ?? ''}
                    disabled={Boolean(disabled) || Boolean(setByEnv)}
                    describedBy={described.join(' ')}
                    onChange={(changed) => {
                        onChange(id, changed);
                    }}
                />
                {helpText && (
                    <div
                        id={`${id}-help`}
                        className='help-text'
                    >
                        {helpText}
                    </div>
                )}
                <p
                    id={`${id}-managed`}
                    className='msteams-sync-managed'
                >
                    <Text id='msteams_sync.admin.managed'/>
                </p>
            </div>
        </div>
    );
}
