// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import type {ComponentType} from 'react';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {link, serveRoutes, town} from '../../../test/answers';
import type {Answers} from '../../../test/answers';
import {Host} from '../../../test/host';
import {Plugin} from '../../plugin';
import {refreshMs} from './use_link_list';

const user = userEvent.setup({advanceTimers: (ms) => vi.advanceTimersByTime(ms)});
const me = {connected: true, teams_account: {display_name: 'Alex Demo', user_principal_name: 'alex@demo.example'}, can_connect: true, reason: ''};
const quiet = link({id: 'link-2', channel_id: 'quiet', channel: town({id: 'quiet', display_name: 'Quiet'}), teams_channel_name: 'Plans', can_manage: false});

const world: Answers = {
    'GET /needsConnect': {json: {needsConnect: false}},
    'GET /api/v1/my/connection': {json: me},
    'GET /api/v1/my/links?': {json: {links: [link(), quiet], total: 2, has_more: false}},
    'GET /api/v1/my/channels?': {json: {channels: [town()], has_more: false, needs_approval: false}},
};

beforeEach(() => {
    vi.useFakeTimers({shouldAdvanceTime: true});
});
afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
});

function open(answers: Answers = {}) {
    const server = serveRoutes({...world, ...answers});
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.logIn('alex');
    const [registered] = host.record.made('registerRightHandSidebarComponent');
    const Sidebar = registered?.args[0] as ComponentType;
    host.draw();
    host.render(<Sidebar/>);
    return {host, server};
}

const entry = async (name: string) => (await screen.findByRole('heading', {name: new RegExp(name)})).closest('li') as HTMLElement;
const links = (server: {calls: string[]}) => server.calls.filter((call) => call.startsWith('GET /api/v1/my/links'));

async function settle(ms = 0) {
    await act(() => vi.advanceTimersByTimeAsync(ms));
}

test('says that it is loading', () => {
    open();
    expect(screen.getAllByText('Loading…')).toHaveLength(2);
});

test('shows the account and the links', async () => {
    open();
    expect(await screen.findByRole('region', {name: 'Your account'})).toHaveTextContent('Connected as Alex Demo');
    expect(screen.getByRole('region', {name: 'Your account'})).toHaveTextContent('alex@demo.example');
    const shown = await entry('Town Square');
    expect(shown).toHaveTextContent('Bridge');
    expect(shown).toHaveTextContent('In order');
    expect(within(await entry('Quiet')).queryByRole('button')).toBeNull();
});

test('says that nothing is linked', async () => {
    open({'GET /api/v1/my/links?': {json: {links: [], total: 0, has_more: false}}});
    expect(await screen.findByText('None of your channels is linked with Microsoft Teams.')).toBeInTheDocument();
    expect(screen.queryByRole('searchbox')).toBeNull();
});

test.each([
    ['nobody is connected', {connected: false, teams_account: null, can_connect: true, reason: '', email_must_match: 'alex@demo.example'}, 'alex@demo.example'],
    ['the connection was lost', {...me, connected: false, reason: 'It was revoked.'}, 'It was revoked.'],
])('when %s it offers to connect, and still shows the links', async (_name, connection, text) => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    open({'GET /api/v1/my/connection': {json: connection}});
    expect(await screen.findByText(text)).toBeInTheDocument();
    await user.click(screen.getByRole('button', {name: 'Connect account'}));
    expect(opened).toHaveBeenCalledWith('/plugins/com.mattermost.msteams-sync/connect', '_blank');
    expect(await entry('Town Square')).toBeInTheDocument();
});

test('who may not connect learns why', async () => {
    open({'GET /api/v1/my/connection': {json: {connected: false, teams_account: null, can_connect: false, reason: 'You are not on the whitelist.'}}});
    expect(await screen.findByText('You are not on the whitelist.')).toBeInTheDocument();
    expect(screen.queryByRole('button', {name: 'Connect account'})).toBeNull();
});

test.each([[true], [false]])('a lost account can be disconnected, where connecting it again is allowed: %s', async (canConnect) => {
    const {server} = open({
        'GET /api/v1/my/connection': {json: {...me, connected: false, can_connect: canConnect, reason: 'It was revoked.'}},
        'POST /api/v1/my/disconnect': {json: {connected: false}},
    });
    await screen.findByText('It was revoked.');
    expect(screen.queryAllByRole('button', {name: 'Connect account'})).toHaveLength(canConnect ? 1 : 0);
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(server.calls).toContain('POST /api/v1/my/disconnect');
});

test('disconnects after a question', async () => {
    const {server} = open({'POST /api/v1/my/disconnect': {json: {connected: false}}});
    await user.click(await screen.findByRole('button', {name: 'Disconnect'}));
    await user.click(screen.getByRole('button', {name: 'Stay connected'}));
    expect(server.bodies).toHaveLength(0);
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    server.answers['GET /api/v1/my/connection'] = {json: {connected: false, teams_account: null, can_connect: true}};
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(await screen.findByText('Your Microsoft Teams account is not connected.')).toBeInTheDocument();
});

test('disconnecting that fails is told', async () => {
    open({'POST /api/v1/my/disconnect': {status: 500}});
    await user.click(await screen.findByRole('button', {name: 'Disconnect'}));
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    expect(await screen.findByRole('alert')).toHaveTextContent('The server did not answer');
});

test.each([['user_connected'], ['user_disconnected']])('%s brings the account up to date', async (event) => {
    const {host, server} = open();
    await screen.findByText('alex@demo.example');
    server.answers['GET /api/v1/my/connection'] = {json: {...me, teams_account: {display_name: 'Blake', user_principal_name: 'blake@demo.example'}}};
    act(() => {
        host.deliver(event);
    });
    expect(await screen.findByText('blake@demo.example')).toBeInTheDocument();
});

test('each half tells its own failure and can be asked again', async () => {
    const {server} = open({'GET /api/v1/my/connection': 'no network', 'GET /api/v1/my/links?': {status: 503, json: {code: 'not_ready', message: 'The plugin is not ready.'}}});
    expect(await screen.findByText('The plugin is not ready.')).toBeInTheDocument();
    expect(screen.getAllByRole('alert')).toHaveLength(2);
    Object.assign(server.answers, world);
    for (const button of screen.getAllByRole('button', {name: 'Try again'})) {
        await user.click(button);
    }
    expect(await entry('Town Square')).toBeInTheDocument();
    expect(await screen.findByText('alex@demo.example')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).toBeNull();
});

test('searches when nobody types for a moment', async () => {
    const {server} = open();
    await entry('Town Square');
    server.answers['GET /api/v1/my/links?q=plans'] = {json: {links: [quiet], total: 1, has_more: false}};
    await user.type(screen.getByRole('searchbox', {name: 'Search linked channels'}), 'plans');
    await settle(300);
    expect(await entry('Quiet')).toBeInTheDocument();
    expect(screen.queryByRole('heading', {name: /Town Square/})).toBeNull();
    expect(links(server)).toEqual(['GET /api/v1/my/links?q=&page=0', 'GET /api/v1/my/links?q=plans&page=0']);
});

test('a search that finds nothing says so and keeps its field', async () => {
    const {server} = open();
    await entry('Town Square');
    server.answers['GET /api/v1/my/links?q=x'] = {json: {links: [], total: 0, has_more: false}};
    await user.type(screen.getByRole('searchbox'), 'x');
    await settle(300);
    expect(await screen.findByText('Nothing was found.')).toBeInTheDocument();
    expect(screen.getByRole('searchbox')).toHaveValue('x');
});

test.each([
    ['the button', () => user.click(screen.getByRole('button', {name: 'Show more'}))],
    ['scrolling', () => {
        act(() => {
            screen.getByRole('list').dispatchEvent(new Event('scroll', {bubbles: true}));
        });
        return Promise.resolve();
    }],
])('more links come with %s', async (_name, ask) => {
    open({
        'GET /api/v1/my/links?q=&page=0': {json: {links: [link()], total: 2, has_more: true}},
        'GET /api/v1/my/links?q=&page=1': {json: {links: [quiet], total: 2, has_more: false}},
    });
    await entry('Town Square');
    await ask();
    expect(await entry('Quiet')).toBeInTheDocument();
    expect(await entry('Town Square')).toBeInTheDocument();
    expect(screen.queryByRole('button', {name: 'Show more'})).toBeNull();
});

test('states are brought up to date by themselves', async () => {
    const {server} = open();
    await entry('Town Square');
    server.answers['GET /api/v1/my/links?'] = {json: {links: [link({state: 'delayed', lag_seconds: 75})], total: 1, has_more: false}};
    await settle(refreshMs);
    expect(await entry('Town Square')).toHaveTextContent('Delayed');
    expect(await entry('Town Square')).toHaveTextContent('75 s');
});

test('looks for missed messages', async () => {
    const {server} = open({'POST /api/v1/links/town/resync': {status: 202, json: {}}});
    await user.click(within(await entry('Town Square')).getByRole('button', {name: 'Look for missed messages'}));
    expect(await screen.findByText('Missed messages are being looked for.')).toBeInTheDocument();
    expect(server.calls).toContain('POST /api/v1/links/town/resync');
});

test('unlinks after a question', async () => {
    const {server} = open({'DELETE /api/v1/links/town': {status: 204}});
    await user.click(within(await entry('Town Square')).getByRole('button', {name: 'Unlink'}));
    expect(await entry('Town Square')).toHaveTextContent('Unlink Town Square from Bridge?');
    server.answers['GET /api/v1/my/links?'] = {json: {links: [], total: 0, has_more: false}};
    await user.click(within(await entry('Town Square')).getByRole('button', {name: 'Unlink'}));
    expect(await screen.findByText('None of your channels is linked with Microsoft Teams.')).toBeInTheDocument();
});

const requested = {json: {links: [link({id: 'r', state: 'pending_approval', can_approve: true})], total: 1, has_more: false}};

test('a system admin can approve what was asked for', async () => {
    const call = 'POST /api/v1/link-requests/r/approve';
    const {server} = open({'GET /api/v1/my/links?': requested, [call]: {status: 201, json: {}}});
    const asked = await entry('Town Square');
    expect(asked).toHaveTextContent('Waits for approval');
    expect(within(asked).queryByRole('button', {name: 'Look for missed messages'})).toBeNull();
    await user.click(within(asked).getByRole('button', {name: 'Approve'}));
    await vi.waitFor(() => {
        expect(server.calls).toContain(call);
        expect(links(server).length).toBeGreaterThan(1);
    });
});

test('a system admin can refuse what was asked for, and say why', async () => {
    const call = 'POST /api/v1/link-requests/r/refuse';
    const {server} = open({'GET /api/v1/my/links?': requested, [call]: {status: 503, json: {code: 'not_ready', message: 'The plugin is not ready.'}}});
    const asked = within(await entry('Town Square'));
    await user.click(asked.getByRole('button', {name: 'Refuse'}));
    expect(asked.getByRole('group', {name: 'Refuse to link Town Square with Bridge?'})).toBeInTheDocument();
    expect(asked.getByRole('textbox', {name: /Reason/})).toHaveFocus();
    await user.click(asked.getByRole('button', {name: 'Cancel'}));
    expect(asked.getByRole('button', {name: 'Refuse'})).toHaveFocus();
    expect(server.bodies).toEqual([]);

    await user.click(asked.getByRole('button', {name: 'Refuse'}));
    await user.type(asked.getByRole('textbox'), ' Not this one. ');
    await user.click(asked.getByRole('button', {name: 'Refuse'}));
    expect(await asked.findByRole('alert')).toHaveTextContent('The plugin is not ready.');
    server.answers[call] = {status: 204};
    await user.click(asked.getByRole('button', {name: 'Refuse'}));
    await vi.waitFor(() => {
        expect(links(server).length).toBeGreaterThan(1);
    });
    expect(server.bodies).toEqual([{reason: 'Not this one.'}, {reason: 'Not this one.'}]);
});

test.each([
    ['unlink', 'Unlink', 'Keep it'],
    ['disconnect', 'Disconnect', 'Stay connected'],
])('the question whether to %s takes the focus and gives it back', async (_name, name, leave) => {
    open();
    await user.click(await screen.findByRole('button', {name}));
    expect(screen.getByRole('button', {name})).toHaveFocus();
    expect(screen.getByRole('group')).toContainElement(document.activeElement as HTMLElement);
    await user.click(screen.getByRole('button', {name: leave}));
    expect(screen.queryByRole('group')).toBeNull();
    expect(screen.getByRole('button', {name})).toHaveFocus();
});

test('after unlinking, the focus goes to the list, or where it is empty to the button that links', async () => {
    const {server} = open({'DELETE /api/v1/links/': {status: 204}});
    const unlink = async (name: string) => {
        await user.click(within(await entry(name)).getByRole('button', {name: 'Unlink'}));
        await user.click(within(await entry(name)).getByRole('button', {name: 'Unlink'}));
    };
    await entry('Town Square');
    server.answers['GET /api/v1/my/links?'] = {json: {links: [{...quiet, can_manage: true}], total: 1, has_more: false}};
    await unlink('Town Square');
    await vi.waitFor(() => {
        expect(screen.getByRole('list', {name: 'Linked channels'})).toHaveFocus();
    });
    server.answers['GET /api/v1/my/links?'] = {json: {links: [], total: 0, has_more: false}};
    await unlink('Quiet');
    await vi.waitFor(() => {
        expect(screen.getByRole('button', {name: 'Link a channel'})).toHaveFocus();
    });
});

test('after approving, the focus goes to the list', async () => {
    const {server} = open({'GET /api/v1/my/links?': requested, 'POST /api/v1/link-requests/r/approve': {status: 201, json: {}}});
    const button = within(await entry('Town Square')).getByRole('button', {name: 'Approve'});
    server.answers['GET /api/v1/my/links?'] = {json: {links: [link()], total: 1, has_more: false}};
    await user.click(button);
    await vi.waitFor(() => {
        expect(screen.getByRole('list', {name: 'Linked channels'})).toHaveFocus();
    });
});

test('after disconnecting, the focus goes to what can be done then', async () => {
    const {server} = open({'POST /api/v1/my/disconnect': {json: {connected: false}}});
    await user.click(await screen.findByRole('button', {name: 'Disconnect'}));
    server.answers['GET /api/v1/my/connection'] = {json: {connected: false, teams_account: null, can_connect: true}};
    await user.click(screen.getByRole('button', {name: 'Disconnect'}));
    await vi.waitFor(() => {
        expect(screen.getByRole('button', {name: 'Connect account'})).toHaveFocus();
    });
});

test('the dialog that it opened gives the focus back', async () => {
    open();
    await user.click(await screen.findByRole('button', {name: 'Link a channel'}));
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', {name: 'Close'}));
    expect(screen.getByRole('button', {name: 'Link a channel'})).toHaveFocus();
});

test('an approval that fails is told beside the link', async () => {
    open({
        'GET /api/v1/my/links?': {json: {links: [link({id: 'r', state: 'pending_approval', can_approve: true})], total: 1, has_more: false}},
        'POST /api/v1/link-requests/r/approve': {status: 409, json: {code: 'conflict', message: 'That Teams channel is linked already.'}},
    });
    await user.click(within(await entry('Town Square')).getByRole('button', {name: 'Approve'}));
    expect(within(await entry('Town Square')).getByRole('alert')).toHaveTextContent('That Teams channel is linked already.');
});

test('opens the dialog for a channel that is chosen there', async () => {
    open();
    await user.click(await screen.findByRole('button', {name: 'Link a channel'}));
    expect(await screen.findByRole('combobox', {name: 'Mattermost channel'})).toBeInTheDocument();
});

test('is opened by the header and by the app bar', () => {
    const {host} = open();
    const dispatched = vi.spyOn(host.store, 'dispatch');
    const [header] = host.record.made('registerChannelHeaderButtonAction');
    const [bar] = host.record.made('registerAppBarComponent');
    (header?.args[1] as () => void)();
    (bar?.args[1] as () => void)();
    expect(dispatched.mock.calls.map(([action]) => action.type)).toEqual(['test/toggle_rhs', 'test/toggle_rhs']);
    expect(bar?.args[0]).toMatch(/^data:image\/svg\+xml,/);
    expect(bar?.args[2]).toBe('Microsoft Teams');
});
