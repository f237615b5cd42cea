// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, screen} from '@testing-library/react';
import React from 'react';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Host, serveRoute} from '../../../test/host';
import type {Answer} from '../../../test/host';
import {returnMs} from '../../page';
import {Plugin} from '../../plugin';
import {spreadMs} from '../../spread';

const town = {json: {channels: [{channel_id: 'town', kind: 'channel'}, {channel_id: 'direct', kind: 'chat'}]}};
const mark = () => screen.queryByRole('img', {name: 'Linked with a channel in Microsoft Teams'});

function open(...answers: Answer[]) {
    const asked = serveRoute('/my/linked-channels', ...answers);
    const host = new Host();
    const plugin = new Plugin();
    plugin.initialize(host.registry, host.store);
    host.logIn('alex');
    return {host, plugin, asked};
}

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
});

async function settle(ms = 0) {
    await act(() => vi.advanceTimersByTimeAsync(ms));
}

test('marks the channel in its header, also where the host does not say which one it is', async () => {
    const {host} = open(town);
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle();
    expect(mark()).toBeInTheDocument();
});

test('marks the channel whose header it is, not the one that the user looks at', async () => {
    const {host} = open(town);
    host.render(<>{host.in('registerChannelHeaderIcon', {channel: {id: 'other'}})}</>);
    await settle();
    expect(mark()).toBeNull();
});

test('marks linked channels and chats in the sidebar, and no others', async () => {
    const {host} = open(town);
    host.render(<>{['town', 'direct', 'other'].map((id) => <div key={id}>{host.in('registerSidebarChannelLinkLabelComponent', {channel: {id}})}</div>)}</>);
    await settle();
    expect(screen.getAllByRole('img').map((element) => element.getAttribute('aria-label'))).toEqual([
        'Linked with a channel in Microsoft Teams', 'Linked with a chat in Microsoft Teams',
    ]);
});

test('follows links that come and go, without a question', async () => {
    const {host, asked} = open({json: {channels: []}});
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle();
    expect(mark()).toBeNull();

    act(() => {
        host.deliver('link_mark', {channel_id: 'town', linked: true, kind: 'channel'});
    });
    expect(mark()).toBeInTheDocument();

    act(() => {
        host.deliver('link_mark', {channel_id: 'town', linked: false, kind: 'channel'});
    });
    expect(mark()).toBeNull();

    act(() => {
        host.deliver('link_mark', {channel_id: 'town', linked: true, kind: 'chat'});
    });
    expect(screen.getByRole('img', {name: 'Linked with a chat in Microsoft Teams'})).toBeInTheDocument();
    await settle(3_600_000);
    expect(asked).toHaveBeenCalledOnce();
});

test('what is told while the server is asked counts more than the answer', async () => {
    const {host} = open({json: {channels: []}});
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    act(() => {
        host.deliver('link_mark', {channel_id: 'town', linked: true, kind: 'channel'});
    });
    await settle();
    expect(mark()).toBeInTheDocument();
});

test.each([[{channel_id: 'town', linked: true}], [{linked: false}], [{}], [undefined]])('an event that does not say enough has the server asked once, in a while (%o)', async (data) => {
    const {host, asked} = open({json: {channels: []}}, town);
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    for (let i = 0; i < 20; i++) {
        host.deliver('link_mark', data);
    }
    await settle(spreadMs / 2 - 1);
    expect(asked).toHaveBeenCalledOnce();
    await settle(spreadMs);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(mark()).toBeInTheDocument();
});

test('looks again after the websocket was down, and when the user was added to a channel', async () => {
    const {host, asked} = open({json: {channels: []}}, {json: {channels: []}}, town);
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle();
    act(() => {
        host.reconnect();
    });
    await settle(spreadMs);
    act(() => {
        host.deliverOwn('user_added', {user_id: 'alex'});
    });
    await settle(spreadMs);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(mark()).toBeInTheDocument();
});

test('looks again when the user is back after a while: events get lost', async () => {
    const {host, asked} = open({json: {channels: []}}, town);
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle();
    const back = () => {
        act(() => {
            window.dispatchEvent(new Event('focus'));
        });
    };
    back();
    await settle(spreadMs);
    expect(asked).toHaveBeenCalledOnce();
    await settle(returnMs);
    back();
    await settle(spreadMs);
    expect(mark()).toBeInTheDocument();
});

test.each([[{user_id: 'blake'}], [{}], [undefined]])('somebody else who is added to a channel changes nothing (%o)', async (data) => {
    const {host, asked} = open(town);
    await settle();
    act(() => {
        host.deliverOwn('user_added', data);
    });
    await settle(spreadMs);
    expect(asked).toHaveBeenCalledOnce();
});

test('an answer that is none is asked for again', async () => {
    const {host} = open({json: []}, town);
    host.render(<>{host.in('registerChannelHeaderIcon')}</>);
    await settle(2000);
    expect(mark()).toBeInTheDocument();
});
