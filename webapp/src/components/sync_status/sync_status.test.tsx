// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Post} from '@mattermost/types/posts';
import {act, fireEvent, screen} from '@testing-library/react';
import React from 'react';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Host, serveRoutes} from '../../../test/host';
import type {Answer} from '../../../test/host';
import {Plugin} from '../../plugin';

import {editedMs, settledMs, unsettledMs} from './post_states';

const linked = [{json: {channels: [{channel_id: 'town', kind: 'channel'}]}}];

/** The server's answer about the post "mine". */
function mine(state: string, reason = '', direction: string | undefined = 'outbound'): Answer {
    return {json: {posts: [{post_id: 'mine', state, direction, reason}]}};
}

/** A host with the plugin, in which a post of the user who is logged in is drawn. */
async function open({states = [], retry = [], post = {}}: {states?: Answer[]; retry?: Answer[]; post?: Partial<Post>} = {}) {
    const [, asked, retried] = serveRoutes({'/my/linked-channels': linked, '/posts/sync': states, '/posts/mine/retry': retry});
    const host = new Host();
    const plugin = new Plugin();
    plugin.initialize(host.registry, host.store);
    host.logIn('alex');
    host.post({id: 'mine', user_id: 'alex', channel_id: 'town', ...post});
    const page = host.render(<>{host.in('registerPostMessageAttachmentComponent', {postId: 'mine'})}</>);
    await settle();
    await settle(100);
    return {host, plugin, asked, retried, page};
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

test('one\'s own post is on its way, and then there', async () => {
    const {host, asked} = await open({states: [mine('pending')]});
    expect(screen.getByText('On its way to Microsoft Teams.')).toBeInTheDocument();

    act(() => {
        host.deliver('post_sync', {posts: JSON.stringify([{post_id: 'mine', state: 'synced'}])});
    });
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    await settle(settledMs - unsettledMs);
    expect(asked).toHaveBeenCalledOnce();
});

test('a post that is there is asked about every ten minutes while somebody looks: an edit or a deletion may fail later', async () => {
    const {asked} = await open({states: [mine('synced'), mine('synced'), mine('failed', 'It cannot be changed any more.')]});
    const visible = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await settle(2 * settledMs);
    expect(asked).toHaveBeenCalledOnce();
    visible.mockReturnValue('visible');
    act(() => {
        window.dispatchEvent(new Event('focus'));
        document.dispatchEvent(new Event('visibilitychange'));
    });
    await settle(100);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    await settle(settledMs + unsettledMs);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(screen.getByText('It cannot be changed any more.')).toBeInTheDocument();
});

test('an edit that failed is told of by an event', async () => {
    const {host} = await open({states: [mine('synced')]});
    act(() => {
        host.deliver('post_sync', {posts: JSON.stringify([{post_id: 'mine', state: 'failed', reason: 'It cannot be changed any more.'}])});
    });
    expect(screen.getByText('It cannot be changed any more.')).toBeInTheDocument();
    expect(screen.getByRole('button', {name: 'Try again'})).toBeInTheDocument();
});

test('an edit that the server had not looked at yet is asked about again, for five minutes', async () => {
    const {host, asked} = await open({states: [mine('synced'), mine('synced'), mine('failed', 'It cannot be changed any more.'), mine('synced')]});
    act(() => {
        host.post({id: 'mine', user_id: 'alex', channel_id: 'town', edit_at: 5});
    });
    await settle(100);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    await settle(unsettledMs);
    expect(screen.getByText('It cannot be changed any more.')).toBeInTheDocument();
    await settle(editedMs);
    const after = asked?.mock.calls.length;
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    await settle(2 * unsettledMs);
    expect(asked).toHaveBeenCalledTimes(after ?? 0);
});

test('after the websocket was down posts that are there are asked about as well', async () => {
    const {host} = await open({states: [mine('synced'), mine('failed', 'It cannot be changed any more.')]});
    act(() => {
        host.reconnect();
    });
    await settle(100);
    expect(screen.getByText('It cannot be changed any more.')).toBeInTheDocument();
});

test('a post that waits says what for', async () => {
    await open({states: [mine('pending', 'It waits until its author has connected a Teams account.')]});
    expect(screen.getByText('It waits until its author has connected a Teams account.')).toBeInTheDocument();
});

test('a post that was given up says why and is tried again', async () => {
    const {retried, asked} = await open({states: [mine('failed', 'It was too long.'), mine('synced')], retry: [{status: 503}, {status: 202, json: {retried: 1}}]});
    expect(screen.getByText('It was too long.')).toBeInTheDocument();
    fireEvent.click(screen.getByRole('button', {name: 'Try again'}));
    await settle();
    expect(screen.getByText('It could not be tried again.')).toBeInTheDocument();

    fireEvent.click(screen.getByRole('button', {name: 'Try again'}));
    await settle();
    expect(screen.getByText('On its way to Microsoft Teams.')).toBeInTheDocument();
    expect(retried).toHaveBeenCalledTimes(2);
    await settle(100);
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    expect(asked).toHaveBeenCalledTimes(2);
});

test.each<[string, Partial<Post>]>([
    ['in a channel that is not linked', {channel_id: 'other'}],
    ['of somebody else', {user_id: 'blake'}],
    ['of the system', {type: 'system_join_channel'}],
    ['that was deleted', {delete_at: 1}],
    ['that the server does not have yet', {pending_post_id: 'mine'}],
])('a post %s is not asked about', async (_name, post) => {
    const {asked, page} = await open({states: [mine('synced')], post});
    expect(asked).not.toHaveBeenCalled();
    expect(page.container).toBeEmptyDOMElement();
});

const claims = {props: {msteams_sync_mapping: 'm'}};

test.each([['alex'], ['blake']])('what came from Teams is labelled, also when %s wrote it there', async (author) => {
    await open({states: [mine('synced', '', 'inbound')], post: {...claims, user_id: author}});
    expect(screen.getByText('From Microsoft Teams')).toBeInTheDocument();
    expect(screen.queryByText('In Microsoft Teams')).toBeNull();
});

test('while the server has not answered, the post itself is believed', async () => {
    await open({states: ['no network'], post: {...claims, user_id: 'blake'}});
    expect(screen.getByText('From Microsoft Teams')).toBeInTheDocument();
});

test.each([
    ['that goes there', mine('synced')],
    ['that is not bridged', mine('not_bridged', '', '')],
])("somebody else's post %s is not labelled, whatever it says of itself", async (_name, answer) => {
    const {page} = await open({states: [answer], post: {...claims, user_id: 'blake'}});
    expect(page.container).toBeEmptyDOMElement();
});

test("one's own post that claims to come from Teams shows how far it is", async () => {
    await open({states: [mine('pending')], post: claims});
    expect(screen.getByText('On its way to Microsoft Teams.')).toBeInTheDocument();
    expect(screen.queryByText('From Microsoft Teams')).toBeNull();
});

test('a deleted post is not labelled', async () => {
    const {page} = await open({post: {...claims, delete_at: 1}});
    expect(page.container).toBeEmptyDOMElement();
});

test('a post without props is none from Teams', async () => {
    await open({states: [mine('synced')], post: {props: null as unknown as Post['props']}});
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
});

test('an edit is asked about again', async () => {
    const {host, asked} = await open({states: [mine('synced'), mine('pending')]});
    act(() => {
        host.post({id: 'mine', user_id: 'alex', channel_id: 'town', edit_at: 5});
    });
    await settle(100);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(screen.getByText('On its way to Microsoft Teams.')).toBeInTheDocument();
});

test('events may get lost: what is on its way is asked about each minute and after a reconnect', async () => {
    const {host, asked} = await open({states: [mine('pending'), mine('pending'), mine('synced')]});
    await settle(60_100);
    expect(asked).toHaveBeenCalledTimes(2);
    act(() => {
        host.reconnect();
    });
    await settle(100);
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
    await settle(5 * unsettledMs);
    expect(asked).toHaveBeenCalledTimes(3);
});

test('a server that does not answer is asked again', async () => {
    const {asked} = await open({states: ['no network', mine('synced')]});
    await settle(15_000);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
});

test('many posts are asked about together, and those that went meanwhile are not', async () => {
    const {host, asked, page} = await open({states: [mine('synced')]});
    for (let i = 0; i < 250; i++) {
        host.post({id: `p${i}`, user_id: 'alex', channel_id: 'town'});
    }
    const others = host.render(<>{Array.from({length: 250}, (_, i) => <div key={i}>{host.in('registerPostMessageAttachmentComponent', {postId: `p${i}`})}</div>)}</>);
    await settle(100);
    await settle(100);
    expect(asked?.mock.calls.slice(1).map(([, options]) => (JSON.parse(options.body as string) as {post_ids: string[]}).post_ids.length)).toEqual([200, 50]);

    others.unmount();
    page.unmount();
    act(() => {
        host.reconnect();
    });
    await settle(3_600_000);
    expect(asked).toHaveBeenCalledTimes(3);
});

test('an event that is none changes nothing', async () => {
    const {host} = await open({states: [mine('synced')]});
    for (const data of [undefined, {}, {posts: '{'}, {posts: '[1,{"post_id":"mine","state":"lost"}]'}]) {
        act(() => {
            host.deliver('post_sync', data);
        });
    }
    expect(screen.getByText('In Microsoft Teams')).toBeInTheDocument();
});
