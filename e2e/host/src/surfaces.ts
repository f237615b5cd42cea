// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// What plugins add around a channel: entries of its menu, buttons, the right-hand sidebar, tabs of its settings.

import type {Channel} from '@mattermost/types/channels';
import type {GlobalState} from '@mattermost/types/store';
import type {ComponentType, ReactNode} from 'react';
import type {Action} from 'redux';

import type {ChannelSettingsTab} from '../../../webapp/src/registry';

interface Registered {
    id: string;
    pluginId: string;
}

/** An entry of a channel's menu. */
export interface ChannelMenuEntry extends Registered {
    kind: 'menu';
    text: ReactNode;
    action: (channelId: string) => void;
    shouldRender: (state: GlobalState) => boolean;
}

/** A button in a channel's header. */
export interface HeaderButton extends Registered {
    kind: 'button';
    icon: ReactNode;
    tooltip: ReactNode;
    action: (channel: Channel) => void;
}

/** A button in the app bar. */
export interface BarButton extends Registered {
    kind: 'bar';
    iconURL: string;
    tooltip: ReactNode;
    action: (channel: Channel) => void;
}

/** A right-hand sidebar. */
export interface Sidebar extends Registered {
    kind: 'sidebar';
    title: ReactNode;
    component: ComponentType;
}

/** A tab of a channel's settings. */
export interface SettingsTab extends Registered {
    kind: 'tab';
    tab: ChannelSettingsTab;
}

export type Surface = ChannelMenuEntry | HeaderButton | BarButton | Sidebar | SettingsTab;

export interface SurfacesState {
    all: Surface[];

    /** The right-hand sidebar that is open; null for none. */
    sidebar: string | null;
}

export type SurfacesAction =
    | {type: 'host/surface_added'; surface: Surface}
    | {type: 'host/sidebar'; id: string; open: boolean | 'toggle'}
    | {type: 'host/component_removed'; id: string}
    | {type: 'host/plugin_removed'; pluginId: string};

const empty: SurfacesState = {all: [], sidebar: null};

export function surfaces(state: SurfacesState = empty, action: Action): SurfacesState {
    const ours = action as SurfacesAction;
    switch (ours.type) {
    case 'host/surface_added':
        return {...state, all: [...state.all, ours.surface]};
    case 'host/sidebar': {
        const open = ours.open === 'toggle' ? state.sidebar !== ours.id : ours.open;
        return {...state, sidebar: open ? ours.id : null};
    }
    case 'host/component_removed':
        return without(state, ({id}) => id === ours.id);
    case 'host/plugin_removed':
        return without(state, ({pluginId}) => pluginId === ours.pluginId);
    default:
        return state;
    }
}

function without(state: SurfacesState, gone: (surface: Surface) => boolean): SurfacesState {
    const all = state.all.filter((surface) => !gone(surface));
    return {all, sidebar: all.some(({id}) => id === state.sidebar) ? state.sidebar : null};
}
