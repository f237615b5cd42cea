// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import reducerRegistry from 'mattermost-redux/store/reducer_registry';
import type {ComponentType} from 'react';

import type {PluginRegistry, WebSocketMessage} from '../../../webapp/src/registry';

import {store} from './store';
import type {Place} from './store';

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
        store.dispatch({type: 'host/messages_added', messages: translationsFor(document.documentElement.lang)});
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

    private add(place: Place, component: ComponentType): string {
        const id = `${this.pluginId}-${++this.added}`;
        store.dispatch({type: 'host/component_added', component: {id, pluginId: this.pluginId, place, component}});
        return id;
    }
}
