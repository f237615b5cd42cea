// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {expect, test, vi} from 'vitest';

import {Host} from '../test/host';

import {onEvent, onReconnect} from './events';

test('several features hear one event, and each goes by itself', () => {
    const host = new Host();
    const first = vi.fn();
    const second = vi.fn();
    const undoFirst = onEvent(host.registry, 'user_connected', first);
    const undoSecond = onEvent(host.registry, 'user_connected', second);
    host.deliver('user_connected', 1);

    undoFirst();
    undoFirst();
    host.deliver('user_connected', 2);
    expect(first.mock.calls).toEqual([[expect.objectContaining({data: 1})]]);
    expect(second.mock.calls).toEqual([[expect.objectContaining({data: 1})], [expect.objectContaining({data: 2})]]);

    undoSecond();
    expect(host.record.left()).toEqual([]);
});

test('several features hear of a reconnect', () => {
    const host = new Host();
    const first = vi.fn();
    const second = vi.fn();
    const undo = [onReconnect(host.registry, first), onReconnect(host.registry, second)];
    host.reconnect();
    expect(first).toHaveBeenCalledOnce();
    expect(second).toHaveBeenCalledOnce();
    for (const each of undo) {
        each();
    }
    expect(host.record.left()).toEqual([]);
});

test('two hosts know nothing of each other', () => {
    const host = new Host();
    const other = new Host();
    const handler = vi.fn();
    onEvent(host.registry, 'user_connected', handler);
    onEvent(other.registry, 'user_connected', vi.fn());
    other.deliver('user_connected');
    expect(handler).not.toHaveBeenCalled();
});
