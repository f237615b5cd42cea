// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {ConnectionWatch} from './connection_watch';
import {pluginId} from './plugin_id';
import type {PluginRegistry, WebSocketMessage} from './registry';

/** The name under which the web app sees an event that the plugin's server half publishes to a user. */
export function eventName(published: string): string {
    return `custom_${pluginId}_${published}`;
}

type Handler = (message: WebSocketMessage) => void;

/** What a registry calls of ours, by event; the host keeps one handler for each. */
const followers = new WeakMap<PluginRegistry, Map<string, Set<Handler>>>();

const reconnect = '';

/**
 * Follows an event that the plugin's server half publishes. Several parts of the plugin may follow the same one, which
 * the host's registry alone does not allow.
 *
 * @returns what undoes it.
 */
export function followEvent(registry: PluginRegistry, published: string, handler: Handler): () => void {
    const event = eventName(published);
    return follow(registry, event, handler, (all) => {
        registry.registerWebSocketEventHandler(event, all);
    }, () => {
        registry.unregisterWebSocketEventHandler(event);
    });
}

/**
 * Calls the handler whenever the websocket is back after it was down: events may have been missed. Several may.
 *
 * @returns what undoes it.
 */
export function followReconnect(registry: PluginRegistry, handler: () => void): () => void {
    return follow(registry, reconnect, handler, (all) => {
        registry.registerReconnectHandler(() => {
            all({event: reconnect, data: null});
        });
    }, () => {
        registry.unregisterReconnectHandler();
    });
}

function follow(registry: PluginRegistry, event: string, handler: Handler, register: (all: Handler) => void, unregister: () => void): () => void {
    const events = followers.get(registry) ?? new Map<string, Set<Handler>>();
    followers.set(registry, events);
    const handlers = events.get(event) ?? new Set<Handler>();
    events.set(event, handlers);
    const own: Handler = (message) => {
        handler(message);
    };
    handlers.add(own);
    if (handlers.size === 1) {
        register((message) => {
            for (const each of [...handlers]) {
                each(message);
            }
        });
    }
    return () => {
        if (handlers.delete(own) && handlers.size === 0) {
            unregister();
        }
    };
}

/**
 * Follows the events about the user's connection, and asks again after the websocket was down, as events are lost
 * meanwhile.
 *
 * @returns what undoes it.
 */
export function followEvents(registry: PluginRegistry, watch: ConnectionWatch): () => void {
    const undo = [
        followEvent(registry, 'user_connected', () => {
            watch.connected();
        }),
        followEvent(registry, 'user_disconnected', () => void watch.check()),
        followReconnect(registry, () => void watch.check()),
    ];
    return () => {
        for (const each of undo) {
            each();
        }
    };
}
