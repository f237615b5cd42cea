// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The System Console as far as plugins take part in it: each has a page with the settings of its manifest, and draws those
// that it has registered a component for.

import type {AdminConfig} from '@mattermost/types/config';
import {getPlugins} from 'mattermost-redux/actions/admin';
import {Client4} from 'mattermost-redux/client';
import React, {useEffect, useState} from 'react';
import type {FormEvent} from 'react';
import {useSelector} from 'react-redux';
import {Link, Route, Switch, useParams} from 'react-router-dom';

import {SettingField} from './setting_field';
import type {Setting} from './setting_field';
import {store} from './store';
import type {HostState} from './store';

interface Plugin {
    id: string;
    name: string;
    settings_schema?: {header: string; footer: string; settings: Setting[]};
}

type Values = Record<string, unknown>;

export function SystemConsole() {
    const plugins = useSelector((state: HostState) => state.entities.admin.plugins as unknown as Record<string, Plugin> | undefined);
    const [config, setConfig] = useState<AdminConfig>();

    useEffect(() => {
        void store.dispatch(getPlugins() as never);
        void Client4.getConfig().then(setConfig);
    }, []);

    return (
        <main>
            <h1>{'System Console'}</h1>
            <nav>
                <Link to='/'>{'Back to Mattermost'}</Link>
                {Object.values(plugins ?? {}).map(({id, name}) => (
                    <Link
                        key={id}
                        to={`/admin_console/plugins/plugin_${id}`}
                    >
                        {name}
                    </Link>
                ))}
            </nav>
            <Switch>
                <Route path='/admin_console/plugins/plugin_:id'>
                    {config && plugins && (
                        <PluginPage
                            plugins={plugins}
                            config={config}
                            onSaved={setConfig}
                        />
                    )}
                </Route>
            </Switch>
        </main>
    );
}

interface PluginPageProps {
    plugins: Record<string, Plugin>;
    config: AdminConfig;
    onSaved: (config: AdminConfig) => void;
}

function PluginPage({plugins, config, onSaved}: PluginPageProps) {
    const {id} = useParams<{id: string}>();
    const components = useSelector((state: HostState) => state.plugins.settings[id]);
    const plugin = plugins[id];
    const settings = plugin?.settings_schema?.settings ?? [];
    const [values, setValues] = useState(() => stored(config, id));
    const [changed, setChanged] = useState(false);
    const [message, setMessage] = useState('');

    const save = async (event: FormEvent) => {
        event.preventDefault();
        try {
            onSaved(await Client4.patchConfig(withValues(config, id, settings, values)));
            setChanged(false);
            setMessage('Saved.');
        } catch (reason) {
            setMessage((reason as Error).message);
        }
    };

    return (
        <form
            className='admin-page'
            onSubmit={(event) => void save(event)}
        >
            <h2>{plugin?.name ?? id}</h2>
            <p className='banner'>{plugin?.settings_schema?.header}</p>
            {settings.map((setting) => {
                const key = setting.key.toLowerCase();
                return (
                    <SettingField
                        key={key}
                        id={`PluginSettings.Plugins.${id.replace(/\./g, '+')}.${key}`}
                        setting={setting}
                        custom={components?.[key]}
                        value={values[key]}
                        config={config}
                        onChange={(_id, value) => {
                            setValues((before) => ({...before, [key]: value}));
                            setChanged(true);
                            setMessage('');
                        }}
                    />
                );
            })}
            <button
                className='btn btn-primary'
                disabled={!changed}
            >
                {'Save'}
            </button>
            <p role='status'>{message}</p>
        </form>
    );
}

/** A plugin's values by lower-case key, as the page begins with. */
function stored(config: AdminConfig, id: string): Values {
    const entry = config.PluginSettings.Plugins[id] as unknown as Values | undefined;
    return Object.fromEntries(Object.entries(entry ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
}

/** The configuration as Mattermost's page sends it: every setting of the manifest that has a value, in lower case. */
function withValues(config: AdminConfig, id: string, settings: Setting[], values: Values): AdminConfig {
    const copy = JSON.parse(JSON.stringify(config)) as AdminConfig;
    const entry: Values = {};
    for (const {key} of settings) {
        entry[key.toLowerCase()] = values[key.toLowerCase()];
    }
    (copy.PluginSettings.Plugins as unknown as Record<string, Values>)[id] = {...stored(config, id), ...entry};
    return copy;
}
