// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text, useText} from '../../i18n/text';
import type {DeclaredSetting} from './managed_settings';

interface Props {
    id: string;
    setting: DeclaredSetting | undefined;
    value: unknown;
    disabled: boolean;

    /** Ids of what is said about it. */
    describedBy: string;
    onChange: (value: unknown) => void;
}

/** The field of a setting, by its type in the manifest. */
export function ManagedField({id, setting, value, disabled, describedBy, onChange}: Props) {
    const word = useText();
    const [generated, setGenerated] = useState<string | null>(null);
    const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
    const common = {id, disabled, value: text, className: 'form-control', 'aria-describedby': describedBy};
    const set = (event: {target: {value: string}}) => {
        onChange(setting?.type === 'number' && event.target.value !== '' ? Number(event.target.value) : event.target.value);
    };
    switch (setting?.type) {
    case 'bool':
        return (
            <select
                {...common}
                value={text || 'false'}
                onChange={(event) => {
                    onChange(event.target.value === 'true');
                }}
            >
                <option value='true'>{word('msteams_sync.admin.true')}</option>
                <option value='false'>{word('msteams_sync.admin.false')}</option>
            </select>
        );
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
                className={setting.secret ? 'form-control msteams-sync-secret' : 'form-control'}
                autoComplete='off'
                rows={5}
                onChange={set}
            />
        );
    }

    // What was made here a moment ago is shown, so that it can be kept somewhere.
    const hidden = setting?.secret && (!text || text !== generated);
    return (
        <>
            <input
                {...common}
                type={hidden ? 'password' : setting?.type === 'number' ? 'number' : 'text'}
                autoComplete={hidden ? 'new-password' : 'off'}
                onChange={set}
            />
            {setting?.type === 'generated' && (
                <button
                    type='button'
                    className='btn btn-tertiary'
                    disabled={disabled}
                    onClick={() => {
                        const key = newKey();
                        setGenerated(key);
                        onChange(key);
                    }}
                >
                    <Text id='msteams_sync.admin.regenerate'/>
                </button>
            )}
        </>
    );
}

/** 32 random characters of the alphabet that the host makes its keys of: base64url, which needs no quoting anywhere. */
function newKey(): string {
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(24)));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_');
}
