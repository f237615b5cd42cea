// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The store of Mattermost's own clients (mattermost-redux), with the plugins' part beside it as the web app has it.

import type {GlobalState} from '@mattermost/types/store';
import configureStore from 'mattermost-redux/store';
import type {ComponentType} from 'react';
import type {Action, Store} from 'redux';

import type {CustomSettingProps} from '../../../webapp/src/registry';

/** Where a component is drawn. */
export type Place = 'Root' | 'Global';

export interface PluginComponent {
    id: string;
    pluginId: string;
    place: Place;
    component: ComponentType;
}

/** What a plugin draws in the place of one of its settings. */
export interface CustomSetting {
    component: ComponentType<CustomSettingProps>;
    showTitle: boolean;
}

export interface PluginsState {
    components: PluginComponent[];

    /** By plugin and the setting's key in lower case. */
    settings: Record<string, Record<string, CustomSetting>>;

    /** Texts of all plugins in the page's language. */
    messages: Record<string, string>;
}

export type HostState = GlobalState & {plugins: PluginsState};

export type PluginsAction =
    | {type: 'host/component_added'; component: PluginComponent}
    | {type: 'host/component_removed'; id: string}
    | {type: 'host/setting_added'; pluginId: string; key: string; setting: CustomSetting}
    | {type: 'host/plugin_removed'; pluginId: string}
    | {type: 'host/messages_added'; messages: Record<string, string>};

const empty: PluginsState = {components: [], settings: {}, messages: {}};

function plugins(state: PluginsState = empty, action: Action): PluginsState {
    const ours = action as PluginsAction;
    switch (ours.type) {
    case 'host/component_added':
        return {...state, components: [...state.components, ours.component]};
    case 'host/component_removed':
        return {...state, components: state.components.filter(({id}) => id !== ours.id)};
    case 'host/setting_added':
        return {...state, settings: {...state.settings, [ours.pluginId]: {...state.settings[ours.pluginId], [ours.key]: ours.setting}}};
    case 'host/plugin_removed':
        return {
            ...state,
            components: state.components.filter(({pluginId}) => pluginId !== ours.pluginId),
            settings: Object.fromEntries(Object.entries(state.settings).filter(([pluginId]) => pluginId !== ours.pluginId)),
        };
    case 'host/messages_added':
        return {...state, messages: {...state.messages, ...ours.messages}};
    default:
        return state;
    }
}

export const store: Store<HostState> = configureStore({
    appReducers: {plugins},
    getAppReducers: () => ({plugins}),
    preloadedState: {},
});
