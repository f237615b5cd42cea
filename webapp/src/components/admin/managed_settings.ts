// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';

import {pluginId} from '../../plugin_id';
import type {ServerConfig} from '../../registry';

/** A setting as the manifest declares it. */
export interface DeclaredSetting {
    key: string;
    type: string;
    display_name?: string;
    default?: unknown;

    /** Nobody is to read it over the shoulder of whoever has the page open. */
    secret?: boolean;
    options?: {display_name: string; value: string}[];
}

/**
 * The settings that Terraform manages, in lower case: keys are stored as they were sent and compare without case.
 */
export function managedKeys(config: ServerConfig | undefined): string[] {
    const entry = config?.PluginSettings?.Plugins?.[pluginId] ?? {};
    const list = Object.entries(entry).find(([key]) => key.toLowerCase() === 'terraformmanagedkeys')?.[1];
    if (typeof list !== 'string') {
        return [];
    }
    const keys = list.split(',').map((key) => key.trim().toLowerCase()).filter(Boolean);
    return [...new Set(keys)].sort();
}

const none: readonly DeclaredSetting[] = [];

/** The manifest's settings, which the System Console has loaded. */
export function selectSettings(state: GlobalState): readonly DeclaredSetting[] {
    const admin = (state.entities as Partial<GlobalState['entities']>).admin as unknown as {plugins?: Record<string, {settings_schema?: {settings?: DeclaredSetting[]}}>} | undefined;
    return admin?.plugins?.[pluginId]?.settings_schema?.settings ?? none;
}

/** The setting that a key in the configuration, in any case, stands for. */
export function findSetting(settings: readonly DeclaredSetting[], key: string): DeclaredSetting | undefined {
    return settings.find((setting) => setting.key.toLowerCase() === key.toLowerCase());
}
