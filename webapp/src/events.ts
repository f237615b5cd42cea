// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {pluginId} from './plugin_id';
import type {PluginRegistry, WebSocketMessage} from './registry';

/** The name under which the web app sees an event that the plugin's server half publishes to a user. */
export function eventName(published: string): string {
    return `custom_${pluginId}_${published}`;
}

type Handler = (message: WebSocketMessage) => void;

interface Listeners {
    events: Map<string, Set<Handler>>;
    reconnect: Set<() => void>;
}

// The host keeps one handler of a plugin for each event, and one for reconnecting; several features may want the same.
const registries = new WeakMap<PluginRegistry, Listeners>();

function listenersOf(registry: PluginRegistry): Listeners {
    let listeners = registries.get(registry);
    if (!listeners) {
        listeners = {events: new Map(), reconnect: new Set()};
        registries.set(registry, listeners);
    }
    return listeners;
}

/**
 * Follows an event of the plugin's server half.
 *
 * @param published the event as the server half names it, e.g. "user_connected".
 * @returns what undoes it.
 */
export function onEvent(registry: PluginRegistry, published: string, handler: Handler): () => void {
    return onHostEvent(registry, eventName(published), handler);
}

/**
 * Follows an event of Mattermost's own, or of a plugin by its full name.
 *
 * @returns what undoes it.
 */
export function onHostEvent(registry: PluginRegistry, name: string, handler: Handler): () => void {
    const {events} = listenersOf(registry);
    const handlers = events.get(name) ?? new Set();
    handlers.add(handler);
    if (!events.has(name)) {
        events.set(name, handlers);
        registry.registerWebSocketEventHandler(name, (message) => {
            for (const each of Array.from(handlers)) {
                each(message);
            }
        });
    }
    return () => {
        handlers.delete(handler);
        if (!handlers.size && events.get(name) === handlers) {
            events.delete(name);
            registry.unregisterWebSocketEventHandler(name);
        }
    };
}

/**
 * Runs after the websocket was down: events may have been missed.
 *
 * @returns what undoes it.
 */
export function onReconnect(registry: PluginRegistry, handler: () => void): () => void {
    const {reconnect} = listenersOf(registry);
    reconnect.add(handler);
    if (reconnect.size === 1) {
        registry.registerReconnectHandler(() => {
            for (const each of Array.from(reconnect)) {
                each();
            }
        });
    }
    return () => {
        if (reconnect.delete(handler) && !reconnect.size) {
            registry.unregisterReconnectHandler();
        }
    };
}
