// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, cleanup, render, screen} from '@testing-library/react';
import React from 'react';
import {afterEach, expect, test, vi} from 'vitest';

import {Host, serve, serveRoute, serveRoutes} from '../test/host';
import {isAtTheFloor} from '../test/registry';

import {Plugin} from './plugin';
import {selectPart} from './state/plugin_state';

afterEach(() => {
    vi.unstubAllGlobals();
    document.head.replaceChildren();
});

test('registers the prompt where products are covered too', () => {
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    expect(host.record.made('registerGlobalComponent').length).toBeGreaterThan(0);
    expect(host.record.made('registerRootComponent')).toHaveLength(1); // the link dialog
});

test('gets along with a host that has no more than the oldest supported one', async () => {
    serveRoute('/needsConnect', {json: {needsConnect: true}});
    const host = new Host({has: isAtTheFloor});
    const plugin = new Plugin();
    plugin.initialize(host.registry, host.store);
    expect(host.record.made('registerRootComponent').length).toBeGreaterThan(0);

    host.logIn('alex');
    host.draw();
    expect(await screen.findByRole('dialog')).toBeInTheDocument();

    act(() => {
        plugin.uninitialize();
    });
    expect(host.record.left()).toEqual([]);
});

test('touches nothing but the registry on the log-in page', () => {
    const fetched = serve('no network');
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    expect(fetched).not.toHaveBeenCalled();
});

/** What listens to the page. */
function listeners() {
    const listening: string[] = [];
    for (const target of [window, document]) {
        vi.spyOn(target, 'addEventListener').mockImplementation((type) => void listening.push(type));
        vi.spyOn(target, 'removeEventListener').mockImplementation((type) => {
            const at = listening.indexOf(type);
            if (at >= 0) {
                listening.splice(at, 1);
            }
        });
    }
    return listening;
}

test('uninitialize undoes everything, and a second start works', async () => {
    serveRoute('/needsConnect', {json: {needsConnect: true}});
    const host = new Host();
    const plugin = new Plugin();
    const emptyPage = document.documentElement.outerHTML;
    let registrations = 0;

    for (let round = 0; round < 2; round++) {
        plugin.initialize(host.registry, host.store);
        expect(document.head.querySelectorAll('style[data-plugin="msteams-sync"]')).toHaveLength(1);
        registrations ||= host.record.registered.length;
        host.logIn('alex');
        host.draw();
        await screen.findByRole('dialog');

        act(() => {
            plugin.uninitialize();
        });
        expect(host.record.left()).toEqual([]);
        expect(selectPart(host.store.getState(), 'connection')).toMatchObject({userId: '', requirement: null});
        cleanup();
        expect(document.documentElement.outerHTML).toBe(emptyPage);

        host.record.registered.length = 0; // the host drops what cannot be taken back
    }
    expect(registrations).toBeGreaterThan(5);
});

test('uninitialize leaves no listener and no timer', () => {
    vi.useFakeTimers();
    try {
        serve({json: {needsConnect: false}});
        const listening = listeners();
        const host = new Host();
        const plugin = new Plugin();
        plugin.initialize(host.registry, host.store);
        plugin.uninitialize();
        expect(listening).toEqual([]);
        expect(vi.getTimerCount()).toBe(0);
    } finally {
        vi.useRealTimers();
    }
});

test('uninitialize leaves none of a user who is logged in, with everything at work', async () => {
    vi.useFakeTimers();
    try {
        render(<i/>); // React listens to the document from its first root on, for good
        const asked = serveRoutes({
            '/needsConnect': [{json: {needsConnect: true}}],
            '/my/connection': [{json: {connected: false, teams_account: null, can_connect: true}}],
            '/my/linked-channels': [{json: {channels: [{channel_id: 'town', kind: 'channel'}]}}],
            '/posts/sync': [{json: {posts: [{post_id: 'mine', state: 'pending', direction: 'outbound'}]}}],
        });
        vi.spyOn(window, 'open').mockReturnValue({close: vi.fn()} as unknown as Window);
        const listening = listeners();
        const host = new Host();
        const plugin = new Plugin();
        plugin.initialize(host.registry, host.store);
        host.logIn('alex');
        host.post({id: 'mine', user_id: 'alex', channel_id: 'town'});
        host.draw();
        host.render(<>{host.in('registerPostMessageAttachmentComponent', {postId: 'mine'})}</>);
        await act(() => vi.advanceTimersByTimeAsync(0));
        await act(() => vi.advanceTimersByTimeAsync(100));
        act(() => {
            host.userSettings?.action?.onClick();
            screen.getByRole('button', {name: 'Connect account'}).click();
        });
        expect(asked.every((mock) => mock.mock.calls.length > 0)).toBe(true);
        expect(listening).toContain('focus');
        expect(vi.getTimerCount()).toBeGreaterThan(3);

        act(() => {
            plugin.uninitialize();
        });
        cleanup();
        expect(listening).toEqual([]);
        expect(vi.getTimerCount()).toBe(0);
        const before = asked.map((mock) => mock.mock.calls.length);
        await vi.advanceTimersByTimeAsync(3_600_000);
        expect(asked.map((mock) => mock.mock.calls.length)).toEqual(before);
    } finally {
        vi.useRealTimers();
    }
});
