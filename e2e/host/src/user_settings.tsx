// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {PreferenceType} from '@mattermost/types/preferences';
import {savePreferences} from 'mattermost-redux/actions/preferences';
import React, {useState} from 'react';
import {useSelector} from 'react-redux';

import type {RadioSetting, UserSettings, UserSettingsSection} from '../../../webapp/src/registry';

import {store} from './store';
import type {HostState} from './store';

/** The dialog of the user's settings: a tab for each plugin that has some. */
export function UserSettingsDialog() {
    const {settingsTab, userSettings} = useSelector((state: HostState) => state.plugins);
    if (settingsTab === null) {
        return null;
    }
    const shown = userSettings[settingsTab] ?? Object.values(userSettings)[0];
    return (
        <div
            className='modal'
            role='dialog'
            aria-modal='true'
            aria-label='Settings'
        >
            <h2>{'Settings'}</h2>
            <nav aria-label='Plugin preferences'>
                {Object.values(userSettings).map(({id, uiName}) => (
                    <button
                        key={id}
                        type='button'
                        aria-current={id === shown?.id}
                        onClick={() => {
                            store.dispatch({type: 'host/settings_opened', tab: id});
                        }}
                    >
                        {uiName}
                    </button>
                ))}
            </nav>
            {shown && <Tab settings={shown}/>}
            <button
                type='button'
                className='btn btn-tertiary'
                onClick={() => {
                    store.dispatch({type: 'MODAL_CLOSE', modalId: 'user_settings'});
                }}
            >
                {'Close'}
            </button>
        </div>
    );
}

function Tab({settings}: {settings: UserSettings}) {
    const {action} = settings;
    return (
        <>
            {action && (
                <section
                    className='banner'
                    aria-label={action.title}
                >
                    <h3>{action.title}</h3>
                    <p>{action.text}</p>
                    <button
                        type='button'
                        className='btn btn-primary'
                        onClick={action.onClick}
                    >
                        {action.buttonText}
                    </button>
                </section>
            )}
            {settings.sections.map((section) => (
                <Section
                    key={section.title}
                    pluginId={settings.id}
                    section={section}
                />
            ))}
        </>
    );
}

/** A section saves all of its settings as preferences of the plugin. */
function Section({pluginId, section}: {pluginId: string; section: UserSettingsSection}) {
    const userId = useSelector((state: HostState) => state.entities.users.currentUserId);
    const [chosen, setChosen] = useState<Record<string, string>>({});
    const [saved, setSaved] = useState(false);
    const save = async () => {
        const preferences = Object.entries(chosen).map(([name, value]): PreferenceType => ({user_id: userId, category: `pp_${pluginId}`, name, value}));
        await store.dispatch(savePreferences(userId, preferences) as never);
        setSaved(true);
    };
    return (
        <form
            aria-label={section.title}
            onSubmit={(event) => {
                event.preventDefault();
                void save();
            }}
        >
            <h3>{section.title}</h3>
            {section.settings.map((setting) => (
                <Radio
                    key={setting.name}
                    pluginId={pluginId}
                    setting={setting}
                    disabled={section.disabled ?? false}
                    chosen={chosen[setting.name]}
                    onChoose={(value) => {
                        setChosen({...chosen, [setting.name]: value});
                        setSaved(false);
                    }}
                />
            ))}
            <button
                className='btn btn-primary'
                disabled={section.disabled}
            >
                {'Save'}
            </button>
            <p role='status'>{saved ? 'Saved' : ''}</p>
        </form>
    );
}

interface RadioProps {
    pluginId: string;
    setting: RadioSetting;
    disabled: boolean;
    chosen: string | undefined;
    onChoose: (value: string) => void;
}

function Radio({pluginId, setting, disabled, chosen, onChoose}: RadioProps) {
    const stored = useSelector((state: HostState) => state.entities.preferences.myPreferences[`pp_${pluginId}--${setting.name}`]?.value);
    const value = chosen ?? stored ?? setting.default;
    return (
        <fieldset disabled={disabled}>
            <legend>{setting.title}</legend>
            {setting.options.map((option) => (
                <label key={option.value}>
                    <input
                        type='radio'
                        name={setting.name}
                        checked={value === option.value}
                        onChange={() => {
                            onChoose(option.value);
                        }}
                    />
                    {option.text}
                </label>
            ))}
            <p>{setting.helpText}</p>
        </fieldset>
    );
}
