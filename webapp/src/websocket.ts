// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {ConnectionWatch} from './connection_watch';
import {pluginId} from './plugin_id';
import type {PluginRegistry} from './registry';

/** The name under which the web app sees an event that the plugin's server half publishes to a user. */
export function eventName(published: string): string {
    return `custom_${pluginId}_${published}`;
}

/**
 * Follows the events about the user's connection, and asks again after the websocket was down, as events are lost
 * meanwhile.
 *
 * @returns what undoes it.
 */
export function followEvents(registry: PluginRegistry, watch: ConnectionWatch): () => void {
    const connected = eventName('user_connected');
    const disconnected = eventName('user_disconnected');

    registry.registerWebSocketEventHandler(connected, () => {
        watch.connected();
    });
    registry.registerWebSocketEventHandler(disconnected, () => void watch.check());
    registry.registerReconnectHandler(() => void watch.check());

    return () => {
        registry.unregisterWebSocketEventHandler(connected);
        registry.unregisterWebSocketEventHandler(disconnected);
        registry.unregisterReconnectHandler();
    };
}
