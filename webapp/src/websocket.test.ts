// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {expect, test, vi} from 'vitest';

import {Host} from '../test/host';

import type {ConnectionWatch} from './connection_watch';
import {returnMs} from './page';
import {followEvent, followEvents, followReconnect} from './websocket';

test('several may follow an event, and the last one to go takes the handler along', () => {
    const host = new Host();
    const [one, other] = [vi.fn(), vi.fn()];
    const leaveOne = followEvent(host.registry, 'link_changed', one);
    const leaveOther = followEvent(host.registry, 'link_changed', other);

    host.deliver('link_changed', {channel_id: 'c'});
    host.deliver('something_else');
    expect(one).toHaveBeenCalledExactlyOnceWith({event: 'custom_com.mattermost.msteams-sync_link_changed', data: {channel_id: 'c'}});
    expect(other).toHaveBeenCalledOnce();

    leaveOne();
    leaveOne();
    host.deliver('link_changed');
    expect(one).toHaveBeenCalledOnce();
    expect(other).toHaveBeenCalledTimes(2);

    leaveOther();
    expect(host.record.left()).toEqual([]);

    followEvent(host.registry, 'link_changed', one);
    host.deliver('link_changed');
    expect(one).toHaveBeenCalledTimes(2);
});

test('several may wait for the websocket to be back', () => {
    const host = new Host();
    const [one, other] = [vi.fn(), vi.fn()];
    const leave = [followReconnect(host.registry, one), followReconnect(host.registry, other)];
    host.reconnect();
    expect([one, other].map((handler) => handler.mock.calls.length)).toEqual([1, 1]);
    leave.forEach((each) => {
        each();
    });
    expect(host.record.left()).toEqual([]);
});

test('whether one has to connect is asked after events, when the websocket is back, and when the user is', () => {
    const host = new Host();
    const watch = {check: vi.fn(), connected: vi.fn()};
    const undo = followEvents(host.registry, watch as unknown as ConnectionWatch);
    host.deliver('user_connected');
    expect(watch.connected).toHaveBeenCalledOnce();
    host.deliver('user_disconnected');
    host.reconnect();
    expect(watch.check).toHaveBeenCalledTimes(2);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + returnMs);
    window.dispatchEvent(new Event('focus'));
    expect(watch.check).toHaveBeenCalledTimes(3);
    undo();
    window.dispatchEvent(new Event('focus'));
    expect(watch.check).toHaveBeenCalledTimes(3);
    expect(host.record.left()).toEqual([]);
});
