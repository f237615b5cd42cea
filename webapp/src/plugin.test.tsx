// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, screen} from '@testing-library/react';
import {afterEach, expect, test, vi} from 'vitest';

import {Host, serve} from '../test/host';

import {Plugin} from './plugin';
import {selectPart} from './state/plugin_state';

afterEach(() => {
    vi.unstubAllGlobals();
    document.head.replaceChildren();
});

test('registers the prompt where products are covered too', () => {
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    expect(Array.from(host.components.values(), ({place}) => place)).toEqual(['Global']);
});

test('gets along with a host that has no more than the oldest supported one', async () => {
    serve({json: {needsConnect: true}});
    const host = new Host({withGlobal: false});
    new Plugin().initialize(host.registry, host.store);
    expect(Array.from(host.components.values(), ({place}) => place)).toEqual(['Root']);

    host.logIn('alex');
    host.draw();
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
});

test('touches nothing but the registry on the log-in page', () => {
    const fetched = serve('no network');
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    expect(fetched).not.toHaveBeenCalled();
});

test('uninitialize undoes everything, and a second start works', async () => {
    serve({json: {needsConnect: true}});
    const host = new Host();
    const plugin = new Plugin();
    const styles = () => document.head.querySelectorAll('style[data-plugin="msteams-sync"]').length;

    for (let round = 0; round < 2; round++) {
        plugin.initialize(host.registry, host.store);
        expect(styles()).toBe(1);
        expect(host.events.size).toBe(2);
        host.logIn('alex');
        const page = host.draw();
        await screen.findByRole('dialog');

        act(() => {
            plugin.uninitialize();
        });
        expect(host.components.size).toBe(0);
        expect(host.events.size).toBe(0);
        expect(host.onReconnect).toBeNull();
        expect(styles()).toBe(0);
        expect(selectPart(host.store.getState(), 'connection')).toMatchObject({userId: '', requirement: null});
        page.unmount();
    }
});
