// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {ConnectionWatch} from './connection_watch';
import {onEvent, onReconnect} from './events';
import {askOnReturn} from './page';
import type {PluginRegistry} from './registry';

export {eventName, onEvent as followEvent, onReconnect as followReconnect} from './events';

/**
 * Follows the events about the user's connection, and asks again after the websocket was down, as events are lost
 * meanwhile.
 *
 * @returns what undoes it.
 */
export function followEvents(registry: PluginRegistry, watch: ConnectionWatch): () => void {
    const undo = [
        onEvent(registry, 'user_connected', () => {
            watch.connected();
        }),
        onEvent(registry, 'user_disconnected', () => void watch.check()),
        onReconnect(registry, () => void watch.check()),
        askOnReturn(() => void watch.check()),
    ];
    return () => {
        for (const each of undo) {
            each();
        }
    };
}
