// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Action} from 'redux';

import {pluginId} from '../plugin_id';
import {accountReducer} from './account';
import {connectionReducer} from './connection';
import {linkedReducer} from './linked';
import {linksReducer} from './links';
import {postsReducer} from './posts';

/** What the plugin keeps in the host's store, each part with a file of its own beside this one. */
const parts = {
    account: accountReducer,
    connection: connectionReducer,
    linked: linkedReducer,
    links: linksReducer,
    posts: postsReducer,
};

export type PluginState = {[Part in keyof typeof parts]: ReturnType<(typeof parts)[Part]>};

type Reduce = (state: unknown, action: Action) => unknown;

/** Lets every part answer an action; the same object when none has changed. */
export function pluginReducer(state: PluginState | undefined, action: Action): PluginState {
    const next: Record<string, unknown> = {};
    for (const [name, reduce] of Object.entries(parts) as [keyof PluginState, Reduce][]) {
        next[name] = reduce(state?.[name], action);
    }
    if (state && Object.entries(next).every(([name, part]) => part === state[name as keyof PluginState])) {
        return state;
    }
    return next as PluginState;
}

/** One part of the plugin's state; what its reducer begins with while the host has not added it yet. */
export function selectPart<Part extends keyof PluginState>(state: GlobalState, part: Part): PluginState[Part] {
    const plugins = state as unknown as Record<string, PluginState | undefined>;
    return plugins[`plugins-${pluginId}`]?.[part] ?? (parts[part] as Reduce)(undefined, {type: ''}) as PluginState[Part];
}
