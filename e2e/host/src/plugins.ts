// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {Client4} from 'mattermost-redux/client';

import type {WebappPlugin, WebSocketMessage} from '../../../webapp/src/registry';

import {basename} from './basename';
import {Registry} from './registry';
import {store} from './store';

interface Manifest {
    id: string;
    webapp?: {bundle_path: string};
}

interface Loaded {
    plugin: WebappPlugin;
    registry: Registry;
    script: HTMLScriptElement;
}

const registered = new Map<string, WebappPlugin>();
const loaded = new Map<string, Loaded>();

/** Loads every enabled plugin with a web app half. Mattermost does so on the log-in page too. */
export async function loadPlugins(): Promise<void> {
    window.registerPlugin = (id, plugin) => {
        registered.set(id, plugin);
    };
    const manifests = await Client4.getWebappPlugins() as unknown as Manifest[];
    await Promise.all(manifests.map(load));
}

/** Passes an event on: some are about plugins, the others may be for one. */
export function deliver(message: WebSocketMessage): void {
    if (message.event === 'plugin_enabled') {
        void load((message.data as {manifest: Manifest}).manifest);
    } else if (message.event === 'plugin_disabled') {
        unload((message.data as {manifest: Manifest}).manifest.id);
    }
    for (const {registry} of loaded.values()) {
        registry.deliver(message);
    }
}

/** The websocket is back after it was down. */
export function reconnected(): void {
    for (const {registry} of loaded.values()) {
        registry.reconnected();
    }
}

async function load(manifest: Manifest): Promise<void> {
    if (!manifest.webapp) {
        return;
    }
    unload(manifest.id);

    // The manifest's path predates the folder that the server now keeps bundles in.
    const source = basename + manifest.webapp.bundle_path.replace('/static/', '/static/plugins/');
    const script = await loadScript(source);
    const plugin = registered.get(manifest.id);
    if (!plugin) {
        throw new Error(`${source} did not register a plugin ${manifest.id}`);
    }
    const registry = new Registry(manifest.id);
    loaded.set(manifest.id, {plugin, registry, script});
    plugin.initialize(registry, store);
}

function unload(id: string): void {
    const entry = loaded.get(id);
    if (entry) {
        loaded.delete(id);
        registered.delete(id);
        entry.plugin.uninitialize();
        entry.registry.drop();
        entry.script.remove();
    }
}

function loadScript(source: string): Promise<HTMLScriptElement> {
    return new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = source;
        script.onload = () => {
            resolve(script);
        };
        script.onerror = () => {
            reject(new Error(`${source} could not be loaded`));
        };
        document.head.append(script);
    });
}
