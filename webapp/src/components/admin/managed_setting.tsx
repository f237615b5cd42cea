// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {useIntl} from 'react-intl';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {english} from '../../i18n/translations';
import type {CustomSettingProps} from '../../registry';
import {findSetting, selectSettings} from './managed_settings';
import type {DeclaredSetting} from './managed_settings';

/**
 * A setting that Terraform manages: the host's field with a note. It can be changed all the same, until the next apply:
 * whoever has to switch something off now must not have to wait for Terraform.
 */
export function ManagedSetting({id, value, disabled, onChange}: CustomSettingProps) {
    const settings = useSelector(selectSettings);
    const setting = findSetting(settings, id.slice(id.lastIndexOf('.') + 1));
    return (
        <div>
            <Field
                id={id}
                setting={setting}
                value={value ?? setting?.default ?? ''}
                disabled={disabled ?? false}
                onChange={(changed) => {
                    onChange(id, changed);
                }}
            />
            <p
                id={`${id}-managed`}
                className='msteams-sync-managed'
            >
                <Text id='msteams_sync.admin.managed'/>
            </p>
        </div>
    );
}

interface FieldProps {
    id: string;
    setting: DeclaredSetting | undefined;
    value: unknown;
    disabled: boolean;
    onChange: (value: unknown) => void;
}

function Field({id, setting, value, disabled, onChange}: FieldProps) {
    const {formatMessage} = useIntl();
    const word = (which: 'true' | 'false') => formatMessage({id: `msteams_sync.admin.${which}`, defaultMessage: english[`msteams_sync.admin.${which}`]});
    const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
    const common = {id, disabled, value: text, className: 'form-control', 'aria-describedby': `${id}-managed`};
    if (setting?.type === 'bool') {
        return (
            <select
                {...common}
                value={text || 'false'}
                onChange={(event) => {
                    onChange(event.target.value === 'true');
                }}
            >
                <option value='true'>{word('true')}</option>
                <option value='false'>{word('false')}</option>
            </select>
        );
    }
    const set = (event: {target: {value: string}}) => {
        onChange(setting?.type === 'number' && event.target.value !== '' ? Number(event.target.value) : event.target.value);
    };
    switch (setting?.type) {
    case 'dropdown':
    case 'radio':
        return (
            <select
                {...common}
                onChange={set}
            >
                {setting.options?.map((option) => (
                    <option
                        key={option.value}
                        value={option.value}
                    >
                        {option.display_name}
                    </option>
                ))}
            </select>
        );
    case 'longtext':
        return (
            <textarea
                {...common}
                rows={5}
                onChange={set}
            />
        );
    default:
        return (
            <input
                {...common}
                type={setting?.type === 'number' ? 'number' : 'text'}
                autoComplete='off'
                onChange={set}
            />
        );
    }
}
