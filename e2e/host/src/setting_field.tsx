// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {AdminConfig} from '@mattermost/types/config';
import React from 'react';
import type {ReactNode} from 'react';

import type {CustomSetting} from './store';

/** A setting of a plugin's manifest. */
export interface Setting {
    key: string;
    type: string;
    display_name?: string;
    help_text?: string;
    default?: unknown;
    options?: {display_name: string; value: string}[];
}

interface Props {
    id: string;
    setting: Setting;
    custom: CustomSetting | undefined;
    value: unknown;
    config: AdminConfig;
    onChange: (id: string, value: unknown) => void;
}

/** One setting: the plugin's component whatever the type is, else a field. */
export function SettingField({id, setting, custom, value, config, onChange}: Props) {
    if (custom) {
        const Component = custom.component;
        const drawn = (
            <Component
                id={id}
                label={setting.display_name}
                helpText={<span>{setting.help_text}</span>}
                value={value}
                disabled={false}
                setByEnv={false}
                config={config as never}
                onChange={onChange}
            />
        );
        return custom.showTitle ? <Titled id={id} setting={setting}>{drawn}</Titled> : drawn;
    }
    if (setting.type === 'custom') {
        return <p className='banner'>{'In order to view this setting, enable the plugin and click Save.'}</p>;
    }
    return (
        <Titled
            id={id}
            setting={setting}
        >
            <Field
                id={id}
                setting={setting}
                value={value ?? setting.default ?? ''}
                onChange={(changed) => {
                    onChange(id, changed);
                }}
            />
        </Titled>
    );
}

function Titled({id, setting, children}: {id: string; setting: Setting; children: ReactNode}) {
    return (
        <div className='form-group'>
            <label
                htmlFor={id}
            >
                {setting.display_name}
            </label>
            <div>
                {children}
                <p className='help-text'>{setting.help_text}</p>
            </div>
        </div>
    );
}

function Field({id, setting, value, onChange}: {id: string; setting: Setting; value: unknown; onChange: (value: unknown) => void}) {
    const text = String(value);
    switch (setting.type) {
    case 'bool':
        return (
            <input
                id={id}
                type='checkbox'
                checked={value === true || value === 'true'}
                onChange={(event) => {
                    onChange(event.target.checked);
                }}
            />
        );
    case 'dropdown':
        return (
            <select
                id={id}
                value={text}
                onChange={(event) => {
                    onChange(event.target.value);
                }}
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
                id={id}
                value={text}
                onChange={(event) => {
                    onChange(event.target.value);
                }}
            />
        );
    default:
        return (
            <input
                id={id}
                type={setting.type === 'number' ? 'number' : 'text'}
                value={text}
                onChange={(event) => {
                    onChange(setting.type === 'number' ? Number(event.target.value) : event.target.value);
                }}
            />
        );
    }
}
