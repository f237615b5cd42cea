// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The store of Mattermost's own clients (mattermost-redux), with the plugins' part beside it as the web app has it.

import type {GlobalState} from '@mattermost/types/store';
import configureStore from 'mattermost-redux/store';
import type {ComponentType, ReactNode} from 'react';
import type {Action, Store} from 'redux';

import type {CustomSettingProps, UserSettings} from '../../../webapp/src/registry';

import {surfaces} from './surfaces';
import type {SurfacesState} from './surfaces';

/** Where a component is drawn. */
export type Place = 'Root' | 'Global' | 'PostMessageAttachment' | 'PopoverUserAttributes' | 'ChannelHeaderIcon' | 'SidebarChannelLinkLabel';

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

/** An entry of the main menu. */
export interface MenuEntry {
    id: string;
    pluginId: string;
    text: ReactNode;
    action: () => void;
}

export interface PluginsState {
    components: PluginComponent[];
    menu: MenuEntry[];

    /** The tabs of plugins in the user's settings, by plugin. */
    userSettings: Record<string, UserSettings>;

    /** The tab of the user's settings that is open; null while they are closed. */
    settingsTab: string | null;

    /** By plugin and the setting's key in lower case. */
    settings: Record<string, Record<string, CustomSetting>>;

    /** What gives the texts of a plugin in a language, by plugin. */
    translations: Record<string, (locale: string) => Record<string, string>>;
}

export type HostState = GlobalState & {plugins: PluginsState; surfaces: SurfacesState};

export type PluginsAction =
    | {type: 'host/component_added'; component: PluginComponent}
    | {type: 'host/component_removed'; id: string}
    | {type: 'host/setting_added'; pluginId: string; key: string; setting: CustomSetting}
    | {type: 'host/menu_added'; entry: MenuEntry}
    | {type: 'host/user_settings_added'; settings: UserSettings}
    | {type: 'host/settings_opened'; tab: string}
    | {type: 'MODAL_CLOSE'; modalId: string}
    | {type: 'host/plugin_removed'; pluginId: string}
    | {type: 'host/translations_added'; pluginId: string; translationsFor: (locale: string) => Record<string, string>};

const empty: PluginsState = {components: [], menu: [], userSettings: {}, settingsTab: null, settings: {}, translations: {}};

function plugins(state: PluginsState = empty, action: Action): PluginsState {
    const ours = action as PluginsAction;
    switch (ours.type) {
    case 'host/component_added':
        return {...state, components: [...state.components, ours.component]};
    case 'host/component_removed':
        return {
            ...state,
            components: state.components.filter(({id}) => id !== ours.id),
            menu: state.menu.filter(({id}) => id !== ours.id),
        };
    case 'host/setting_added':
        return {...state, settings: {...state.settings, [ours.pluginId]: {...state.settings[ours.pluginId], [ours.key]: ours.setting}}};
    case 'host/menu_added':
        return {...state, menu: [...state.menu, ours.entry]};
    case 'host/user_settings_added':
        return {...state, userSettings: {...state.userSettings, [ours.settings.id]: ours.settings}};
    case 'host/settings_opened':
        return {...state, settingsTab: ours.tab};
    case 'MODAL_CLOSE':
        return ours.modalId === 'user_settings' ? {...state, settingsTab: null} : state;
    case 'host/plugin_removed':
        return {
            ...state,
            components: state.components.filter(({pluginId}) => pluginId !== ours.pluginId),
            settings: without(state.settings, ours.pluginId),
            menu: state.menu.filter(({pluginId}) => pluginId !== ours.pluginId),
            userSettings: without(state.userSettings, ours.pluginId),
            translations: without(state.translations, ours.pluginId),
        };
    case 'host/translations_added':
        return {...state, translations: {...state.translations, [ours.pluginId]: ours.translationsFor}};
    default:
        return state;
    }
}

/** What there is of plugins by their id, without one of them. */
function without<Each>(all: Record<string, Each>, pluginId: string): Record<string, Each> {
    return Object.fromEntries(Object.entries(all).filter(([id]) => id !== pluginId));
}

export const store: Store<HostState> = configureStore({
    appReducers: {plugins, surfaces},
    getAppReducers: () => ({plugins, surfaces}),
    preloadedState: {},
});
