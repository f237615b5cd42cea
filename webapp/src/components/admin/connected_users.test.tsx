// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {afterEach, expect, test, vi} from 'vitest';

import {Host} from '../../../test/host';
import {usersPage} from '../../requests/admin';
import {ConnectedUsers} from './connected_users';

const base = '/plugins/com.mattermost.msteams-sync/api/v1/connected-users';

function user(name: string, more = {}) {
    return {
        mattermost_user_id: `id-${name}`, username: name, teams_display_name: `${name} Demo`, teams_user_principal_name: `${name}@demo.example`,
        teams_mail: `${name}@demo.example`, token_state: 'ok', reason: '', ...more,
    };
}

/** A server with connected users, which can be disconnected. */
function open(users: ReturnType<typeof user>[], refuse = '') {
    const server = {users, refuse, asked: [] as string[]};
    vi.stubGlobal('fetch', (url: string, {method = 'GET', signal}: RequestInit) => {
        signal?.throwIfAborted();
        server.asked.push(`${method} ${url.slice(base.length)}`);
        if (server.refuse) {
            return Promise.resolve(new Response(JSON.stringify({code: 'not_ready', message: server.refuse, detail: ''}), {status: 503}));
        }
        if (method === 'DELETE') {
            server.users = server.users.filter(({mattermost_user_id: id}) => !url.endsWith(`/${id}`));
            return Promise.resolve(new Response(null, {status: 204}));
        }
        const page = Number(new URLSearchParams(url.split('?', 2)[1]).get('page'));
        const shown = server.users.slice(page * usersPage, (page + 1) * usersPage);
        return Promise.resolve(new Response(JSON.stringify({users: shown, total: server.users.length, page, per_page: usersPage})));
    });
    new Host().render(<ConnectedUsers/>);
    return server;
}

afterEach(() => {
    vi.unstubAllGlobals();
});

test('shows who is connected with which account, and which connections do not work', async () => {
    open([user('alex'), user('blake', {token_state: 'lost', reason: 'The Microsoft account is disabled.'}), user('', {mattermost_user_id: 'gone-1'})]);
    expect(await screen.findByText('Connected users: 3.')).toBeInTheDocument();
    const [alex, blake, gone] = screen.getAllByRole('listitem');
    expect(alex).toHaveTextContent('@alex alex Demo alex@demo.example');
    expect(alex).not.toHaveTextContent('does not work');
    expect(blake).toHaveTextContent('Connection does not work. The Microsoft account is disabled.');
    expect(gone).toHaveTextContent('gone-1');
    expect(screen.queryByRole('button', {name: 'Show more users'})).toBeNull();
});

test('ends a connection after a question', async () => {
    const server = open([user('alex'), user('blake')]);
    const ask = await screen.findByRole('button', {name: 'Disconnect @alex…'});
    await userEvent.click(ask);
    const question = screen.getByRole('group', {name: /^Disconnect @alex from the Microsoft Teams account alex@demo\.example\?/});
    await userEvent.click(within(question).getByRole('button', {name: 'Keep connected'}));
    expect(screen.getByRole('button', {name: 'Disconnect @alex…'})).toHaveFocus();
    expect(server.asked.filter((request) => request.startsWith('DELETE'))).toEqual([]);

    await userEvent.click(screen.getByRole('button', {name: 'Disconnect @alex…'}));
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(await screen.findByText('@alex is disconnected.')).toHaveFocus();
    await vi.waitFor(() => {
        expect(screen.getAllByRole('listitem')).toHaveLength(1);
    });
    expect(server.asked.filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE /id-alex']);
});

test('says why a connection could not be ended, and it can be tried again', async () => {
    const server = open([user('alex')]);
    await userEvent.click(await screen.findByRole('button', {name: 'Disconnect @alex…'}));
    server.refuse = 'The plugin is not ready.';
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(await screen.findByRole('alert')).toHaveTextContent('The plugin is not ready.');
    server.refuse = '';
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(await screen.findByText('@alex is disconnected.')).toBeInTheDocument();
});

test('says why there is no list, and asks again', async () => {
    const server = open([user('alex')], 'The plugin is not ready.');
    expect(await screen.findByRole('alert')).toHaveTextContent('The plugin is not ready.');
    expect(screen.queryByText('Connected users: 0.')).toBeNull();
    server.refuse = '';
    await userEvent.click(screen.getByRole('button', {name: 'Try again'}));
    expect(await screen.findByText('Connected users: 1.')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
});

test('shows more users when asked to', async () => {
    const server = open(Array.from({length: usersPage + 1}, (_, n) => user(`user${n}`)));
    await userEvent.click(await screen.findByRole('button', {name: 'Show more users'}));
    expect(await screen.findByText(`@user${usersPage}`)).toBeInTheDocument();
    expect(screen.queryByRole('button', {name: 'Show more users'})).toBeNull();
    expect(server.asked).toContain(`GET ?page=1&per_page=${usersPage}`);
});
