// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Store} from 'redux';

import type {PluginRegistry} from './registry';

/**
 * Registers one feature with the host. Each feature has a folder under components with a file register.tsx that exports
 * one of these; plugin.tsx lists them.
 *
 * @returns what undoes it.
 */
export type Registration = (registry: PluginRegistry, store: Store<GlobalState>) => () => void;

/** Unregisters components of the host by the ids that registering them gave. */
export function unregisterAll(registry: PluginRegistry, ids: readonly string[]): () => void {
    return () => {
        for (const id of ids) {
            registry.unregisterComponent(id);
        }
    };
}
