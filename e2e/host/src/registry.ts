// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Channel} from '@mattermost/types/channels';
import reducerRegistry from 'mattermost-redux/store/reducer_registry';
import type {ComponentType, ReactNode} from 'react';

import type {ChannelSettingsTab, PluginRegistry, UserSettings, WebSocketMessage} from '../../../webapp/src/registry';

import {store} from './store';
import type {Place} from './store';
import type {Surface} from './surfaces';

declare const __REACT__: number;

/** One plugin's registry: the calls that our plugin makes, each doing what Mattermost's web app does. */
export class Registry implements PluginRegistry {
    private readonly events = new Map<string, (message: WebSocketMessage) => void>();
    private onReconnect: (() => void) | null = null;
    private added = 0;

    constructor(private readonly pluginId: string) {}

    registerReducer: PluginRegistry['registerReducer'] = (reducer) => {
        reducerRegistry.register(`plugins-${this.pluginId}`, reducer as never);
    };

    registerRootComponent = (component: ComponentType): string => this.add('Root', component);

    registerGlobalComponent = (component: ComponentType): string => this.add('Global', component);

    registerPostMessageAttachmentComponent: PluginRegistry['registerPostMessageAttachmentComponent'] = (component) =>
        this.add('PostMessageAttachment', component);

    registerPopoverUserAttributesComponent: PluginRegistry['registerPopoverUserAttributesComponent'] = (component) =>
        this.add('PopoverUserAttributes', component);

    registerSidebarChannelLinkLabelComponent = (component: ComponentType<{channel: Channel}>): string =>
        this.add('SidebarChannelLinkLabel', component);

    /** Newer than the hosts with React 17. */
    registerChannelHeaderIcon = since(18, (component: ComponentType<{channel?: Channel}>): string => this.add('ChannelHeaderIcon', component));

    /** The page with React 17 stands for the oldest supported host, which has none. */
    registerUserSettings = since(18, (settings: UserSettings): void => {
        store.dispatch({type: 'host/user_settings_added', settings});
    });

    registerMainMenuAction: PluginRegistry['registerMainMenuAction'] = (text, action) => {
        const id = this.nextId();
        store.dispatch({type: 'host/menu_added', entry: {id, pluginId: this.pluginId, text, action}});
        return id;
    };

    registerChannelHeaderMenuAction: PluginRegistry['registerChannelHeaderMenuAction'] = (text, action, shouldRender = () => true) =>
        this.surface({kind: 'menu', text, action, shouldRender});

    registerChannelHeaderButtonAction: PluginRegistry['registerChannelHeaderButtonAction'] = (icon, action, _text, tooltip) =>
        this.surface({kind: 'button', icon, action, tooltip});

    registerAppBarComponent = (iconURL: string, action: (channel: Channel) => void, tooltip: ReactNode): string =>
        this.surface({kind: 'bar', iconURL, action, tooltip});

    registerRightHandSidebarComponent: PluginRegistry['registerRightHandSidebarComponent'] = (component, title) => {
        const id = this.surface({kind: 'sidebar', component, title});
        const sidebar = (open: boolean | 'toggle') => ({type: 'host/sidebar', id, open});
        return {id, showRHSPlugin: sidebar(true), hideRHSPlugin: sidebar(false), toggleRHSPlugin: sidebar('toggle')};
    };

    /** Since 11.10: the page with React 19 stands for hosts that have it. */
    registerChannelSettingsTab = since(19, (tab: ChannelSettingsTab): string => this.surface({kind: 'tab', tab}));

    unregisterComponent = (id: string): void => {
        store.dispatch({type: 'host/component_removed', id});
    };

    registerWebSocketEventHandler: PluginRegistry['registerWebSocketEventHandler'] = (event, handler) => {
        this.events.set(event, handler);
    };

    unregisterWebSocketEventHandler = (event: string): void => {
        this.events.delete(event);
    };

    registerReconnectHandler = (handler: () => void): void => {
        this.onReconnect = handler;
    };

    unregisterReconnectHandler = (): void => {
        this.onReconnect = null;
    };

    registerAdminConsoleCustomSetting: PluginRegistry['registerAdminConsoleCustomSetting'] = (key, component, {showTitle} = {showTitle: false}) => {
        store.dispatch({type: 'host/setting_added', pluginId: this.pluginId, key: key.toLowerCase(), setting: {component, showTitle}});
    };

    registerTranslations: PluginRegistry['registerTranslations'] = (translationsFor) => {
        store.dispatch({type: 'host/translations_added', pluginId: this.pluginId, translationsFor});
    };

    /** The host's half: an event arrived. */
    deliver(message: WebSocketMessage): void {
        this.events.get(message.event)?.(message);
    }

    /** The host's half: the websocket is back. */
    reconnected(): void {
        this.onReconnect?.();
    }

    /** The host's half: the plugin is gone; what it left behind goes too. */
    drop(): void {
        this.events.clear();
        this.onReconnect = null;
        store.dispatch({type: 'host/plugin_removed', pluginId: this.pluginId});
    }

    private add<P>(place: Place, component: ComponentType<P>): string {
        const id = this.nextId();
        store.dispatch({type: 'host/component_added', component: {id, pluginId: this.pluginId, place, component: component as ComponentType}});
        return id;
    }

    private surface(surface: Unregistered): string {
        const id = this.nextId();
        store.dispatch({type: 'host/surface_added', surface: {...surface, id, pluginId: this.pluginId}});
        return id;
    }

    private nextId(): string {
        return `${this.pluginId}-${++this.added}`;
    }
}

/** A surface before the host has given it an id. */
type Unregistered<Each = Surface> = Each extends Surface ? Omit<Each, 'id' | 'pluginId'> : never;

/** A member of the registry that hosts have from a version of React on. */
function since<Member>(react: number, member: Member): Member {
    return (__REACT__ >= react ? member : undefined) as Member;
}
