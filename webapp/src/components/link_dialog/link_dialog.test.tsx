// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Channel} from '@mattermost/types/channels';
import type {GlobalState} from '@mattermost/types/store';
import {act, screen, waitFor, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type {ComponentType, ReactElement} from 'react';
import React from 'react';
import {afterEach, expect, test, vi} from 'vitest';

import {bridge, channel, link, serveRoutes, town} from '../../../test/answers';
import type {Answers} from '../../../test/answers';
import {Host} from '../../../test/host';
import {Plugin} from '../../plugin';
import type {ChannelSettingsTab} from '../../registry';
import {openLinkDialog} from '../../state/links';

const user = userEvent.setup();

const found: Answers = {
    'GET /needsConnect': {json: {needsConnect: false}},
    'GET /api/v1/my/channels?': {json: {channels: [town(), town({id: 'quiet', display_name: 'Quiet', linked: true})], has_more: false}},
    'GET /api/v1/my/teams?': {json: {teams: [{id: 'demo', display_name: 'Demo Team'}], has_more: false}},
    'GET /api/v1/my/teams/demo/channels?': {json: {channels: [bridge(), bridge({id: '19:taken', display_name: 'Taken', linked: true, linked_with: 'Other in team red'}), bridge({id: '19:hidden', display_name: 'Hidden', linked: true})], has_more: false}},
    'GET /api/v1/my/channels/town/link': {json: channel()},
    'POST /api/v1/links': {status: 201, json: {state: 'ok'}},
};

function open(answers: Answers, channelId = 'town') {
    const server = serveRoutes({...found, ...answers});
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.logIn('alex');
    host.draw();
    act(() => {
        host.store.dispatch(openLinkDialog(channelId));
    });
    return {host, server};
}

afterEach(() => {
    vi.unstubAllGlobals();
});

const dialog = () => screen.findByRole('dialog', {name: 'Microsoft Teams link'});

async function choose(field: string, choice: RegExp) {
    await user.click(await screen.findByRole('combobox', {name: field}));
    await user.click(await screen.findByRole('option', {name: choice}));
}

async function chooseAll() {
    await choose('Team in Microsoft Teams', /Demo Team/);
    await choose('Channel in Microsoft Teams', /Bridge/);
}

test('links the channel that it was opened for', async () => {
    const {server} = open({});
    expect(await screen.findByText(/Town Square in Red Team is not linked/)).toBeInTheDocument();
    const submit = screen.getByRole('button', {name: 'Link'});
    expect(submit).toBeDisabled();
    expect(screen.getByRole('combobox', {name: 'Channel in Microsoft Teams'})).toBeDisabled();
    await choose('Team in Microsoft Teams', /Demo Team/);
    expect(submit).toBeDisabled();
    await choose('Channel in Microsoft Teams', /Bridge/);
    const fromTeams = screen.getByRole('combobox', {name: 'Older messages from Teams'});
    expect(fromTeams).toHaveAccessibleDescription(/only be chosen now/);
    await user.selectOptions(fromTeams, 'Of the last 30 days');
    const toTeams = screen.getByRole('combobox', {name: 'Older messages to Teams'});
    expect(toTeams).toHaveValue('0');
    expect(toTeams).toHaveAccessibleDescription(/people are notified of them/);
    await user.selectOptions(toTeams, 'Of the last 7 days');
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link()})};
    await user.click(submit);
    await waitFor(async () => {
        expect(await dialog()).toHaveTextContent('Town Square in Red Team is linked with Microsoft Teams');
    });
    expect(server.bodies).toEqual([{channel_id: 'town', teams_team_id: 'demo', teams_channel_id: '19:bridge', backfill_days: 30, backfill_to_teams_days: 7}]);
});

test('a dialog that is open when the user logs out does not come back', async () => {
    const {host} = open({});
    await dialog();
    act(() => {
        host.logOut();
    });
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => {
        host.logIn('blake');
    });
    expect(screen.queryByRole('dialog')).toBeNull();
});

test('opened for no channel it lets one be chosen, and then shows it', async () => {
    const {server} = open({}, '');
    await choose('Mattermost channel', /Town Square/);
    await chooseAll();
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link()})};
    await user.click(screen.getByRole('button', {name: 'Link'}));
    await waitFor(async () => {
        expect(await dialog()).toHaveTextContent('is linked with Microsoft Teams');
    });
});

test('what is taken is named and cannot be chosen', async () => {
    open({}, '');
    await user.click(await screen.findByRole('combobox', {name: 'Mattermost channel'}));
    expect(await screen.findByRole('option', {name: /Quiet.*linked already/})).toHaveAttribute('aria-disabled', 'true');
    await choose('Team in Microsoft Teams', /Demo Team/);
    await user.click(screen.getByRole('combobox', {name: 'Channel in Microsoft Teams'}));
    expect(await screen.findByRole('option', {name: /Taken.*with Other in team red/})).toHaveAttribute('aria-disabled', 'true');
    expect(screen.getByRole('option', {name: /Hidden.*a channel that you cannot see/})).toHaveAttribute('aria-disabled', 'true');
});

test('another team takes the channel back', async () => {
    open({'GET /api/v1/my/teams?': {json: {teams: [{id: 'demo', display_name: 'Demo Team'}, {id: 'other', display_name: 'Other Team'}], has_more: false}}});
    await dialog();
    await chooseAll();
    const field = screen.getByRole('combobox', {name: 'Team in Microsoft Teams'});
    await user.clear(field);
    expect(screen.getByRole('combobox', {name: 'Channel in Microsoft Teams'})).toHaveValue('');
    expect(screen.getByRole('button', {name: 'Link'})).toBeDisabled();
});

test('a failure is told, keeps what was chosen, and can be repeated', async () => {
    const {server} = open({'POST /api/v1/links': {status: 409, json: {code: 'conflict', message: 'That Teams channel is linked already, with the channel Other in team red.'}}});
    await dialog();
    await chooseAll();
    await user.click(screen.getByRole('button', {name: 'Link'}));
    expect(await screen.findByRole('alert')).toHaveTextContent('with the channel Other in team red');
    expect(screen.getByRole('combobox', {name: 'Channel in Microsoft Teams'})).toHaveValue('Bridge');
    server.answers['POST /api/v1/links'] = {status: 201, json: {state: 'ok'}};
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link()})};
    await user.click(screen.getByRole('button', {name: 'Try again'}));
    expect(await screen.findByText('In order')).toBeInTheDocument();
    expect(server.bodies).toHaveLength(2);
});

test('who needs approval is told before and after', async () => {
    const {server} = open({
        'GET /api/v1/my/channels/town/link': {json: channel({needs_approval: true})},
        'POST /api/v1/links': {status: 202, json: {state: 'pending_approval'}},
    });
    expect(await screen.findByText(/A system admin has to approve the link\./)).toBeInTheDocument();
    await chooseAll();
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link({state: 'pending_approval'})})};
    await user.click(screen.getByRole('button', {name: 'Ask for the link'}));
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
    expect(screen.getByRole('button', {name: 'Take back the request'})).toBeInTheDocument();
});

test('who needs approval is told before also where no channel is chosen yet', async () => {
    const channels = found['GET /api/v1/my/channels?'] as {json: object};
    const {server} = open({
        'GET /api/v1/my/channels?': {json: {...channels.json, needs_approval: true}},
        'POST /api/v1/links': {status: 202, json: {state: 'pending_approval'}},
    }, '');
    const said = await screen.findByText(/A system admin has to approve the link\./);
    expect(said.compareDocumentPosition(screen.getByRole('combobox', {name: 'Mattermost channel'}))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    await choose('Mattermost channel', /Town Square/);
    await chooseAll();
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link({state: 'pending_approval'})})};
    await user.click(screen.getByRole('button', {name: 'Ask for the link'}));
    expect(await screen.findByText('Waits for approval')).toBeInTheDocument();
});

test('where the policy cannot be read nothing is offered, until it can', async () => {
    const channels = found['GET /api/v1/my/channels?'];
    const {server} = open({'GET /api/v1/my/channels?': {status: 503, json: {code: 'not_ready', message: 'The plugin is not ready.'}}}, '');
    expect(await screen.findByRole('alert')).toHaveTextContent('The plugin is not ready.');
    expect(screen.queryByRole('combobox')).toBeNull();
    server.answers['GET /api/v1/my/channels?'] = channels ?? 'no network';
    await user.click(screen.getByRole('button', {name: 'Try again'}));
    expect(await screen.findByRole('combobox', {name: 'Mattermost channel'})).toBeInTheDocument();
    expect(screen.queryByText(/has to approve/)).toBeNull();
});

test.each([['in the dialog', true], ["in the channel's settings", false]])('the focus follows what is linked and unlinked %s', async (_name, inDialog) => {
    const {host, server} = open({'DELETE /api/v1/links/town': {status: 204}}, inDialog ? 'town' : '');
    if (!inDialog) {
        act(() => {
            host.store.dispatch({type: 'msteams_sync/link_dialog', dialog: null});
        });
        const [tab] = host.record.made('registerChannelSettingsTab');
        const {component: Tab} = tab?.args[0] as {component: React.ComponentType<{channel: {id: string}}>};
        host.render(<Tab channel={{id: 'town'}}/>);
    }
    await choose('Team in Microsoft Teams', /Demo Team/);
    await choose('Channel in Microsoft Teams', /Bridge/);
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link()})};
    await user.click(screen.getByRole('button', {name: 'Link'}));
    await waitFor(() => {
        expect(screen.getByText(/Town Square in Red Team is linked with/)).toHaveFocus();
    });
    await user.click(screen.getByRole('button', {name: 'Unlink'}));
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel()};
    await user.click(screen.getByRole('button', {name: 'Unlink'}));
    await waitFor(() => {
        expect(screen.getByText(/Town Square in Red Team is not linked/)).toHaveFocus();
    });
});

test('says which account to log in with, and why one was not taken, where one has to connect first', async () => {
    vi.spyOn(window, 'open').mockReturnValue({close: vi.fn()} as unknown as Window);
    const {host} = open({
        'GET /api/v1/my/teams?': {status: 403, json: {code: 'not_connected', message: 'Connect your Microsoft Teams account first.'}},
        'GET /api/v1/my/connection': {json: {connected: false, email_must_match: 'alex@demo.example'}},
    });
    const connect = () => screen.findByRole('button', {name: 'Connect account'});
    await user.click(await screen.findByRole('combobox', {name: 'Team in Microsoft Teams'}));
    await connect();
    expect(await dialog()).toHaveTextContent('Log in to Microsoft as alex@demo.example.');
    await user.click(await connect());
    expect(await dialog()).toHaveTextContent('Finish logging in');
    act(() => {
        host.deliver('user_connect_failed', {message: 'Log in as somebody else.'});
    });
    expect(await dialog()).toHaveTextContent('The account was not connected. Log in as somebody else.');
    expect(await dialog()).not.toHaveTextContent('Finish logging in');
    expect(await connect()).toBeInTheDocument();
});

test('asks who is not connected to connect first, and goes on then', async () => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    const {server} = open({
        'GET /api/v1/my/teams?': {status: 403, json: {code: 'not_connected', message: 'Connect your Microsoft Teams account first.'}},
        'GET /api/v1/my/connection': {json: {connected: true}},
    });
    await user.click(await screen.findByRole('combobox', {name: 'Team in Microsoft Teams'}));
    await user.click(await screen.findByRole('button', {name: 'Connect account'}));
    expect(opened).toHaveBeenCalledWith('/plugins/com.mattermost.msteams-sync/connect', '_blank');
    const blocked = screen.getByRole('link', {name: 'Open it here.'});
    blocked.addEventListener('click', (event) => {
        event.preventDefault(); // jsdom cannot navigate
    });
    await user.click(blocked);
    server.answers['GET /api/v1/my/teams?'] = {json: {teams: [{id: 'demo', display_name: 'Demo Team'}], has_more: false}};
    act(() => {
        window.dispatchEvent(new Event('focus'));
    });
    await choose('Team in Microsoft Teams', /Demo Team/);
});

test('says why somebody cannot link the channel', async () => {
    open({'GET /api/v1/my/channels/town/link': {json: channel({can_manage: false, refused: 'Only channel admins may link a channel.'})}});
    expect(await screen.findByText('Only channel admins may link a channel.')).toBeInTheDocument();
    expect(screen.queryByRole('combobox')).toBeNull();
});

test('unlinks after a question', async () => {
    const {server} = open({'GET /api/v1/my/channels/town/link': {json: channel({link: link()})}, 'DELETE /api/v1/links/town': {status: 204}});
    await user.click(await screen.findByRole('button', {name: 'Unlink'}));
    expect(await dialog()).toHaveTextContent('Unlink Town Square from Bridge?');
    await user.click(screen.getByRole('button', {name: 'Keep it'}));
    expect(server.bodies).toHaveLength(0);
    await user.click(screen.getByRole('button', {name: 'Unlink'}));
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel()};
    await user.click(screen.getByRole('button', {name: 'Unlink'}));
    expect(await screen.findByRole('combobox', {name: 'Team in Microsoft Teams'})).toBeInTheDocument();
    expect(server.calls).toContain('DELETE /api/v1/links/town');
});

test('unlinking that fails keeps the link and says why', async () => {
    open({'GET /api/v1/my/channels/town/link': {json: channel({link: link()})}, 'DELETE /api/v1/links/town': 'no network'});
    await user.click(await screen.findByRole('button', {name: 'Unlink'}));
    await user.click(screen.getByRole('button', {name: 'Unlink'}));
    expect(await screen.findByRole('alert')).toHaveTextContent('The server did not answer');
});

test('shows how a link does to who may not change it', async () => {
    open({'GET /api/v1/my/channels/town/link': {json: channel({can_manage: false, link: link({can_manage: false, state: 'error', lag_seconds: 90.4, dead: 2, last_error: 'Too long.', last_error_at: '2026-11-23T10:00:00Z'})})}});
    const shown = await dialog();
    expect(await within(shown).findByText('Error')).toBeInTheDocument();
    for (const text of ['Bridge', 'Demo Team', '90 s', '2', 'Too long.']) {
        expect(shown).toHaveTextContent(text);
    }
    expect(screen.queryByRole('button', {name: 'Unlink'})).toBeNull();
});

test('a channel that cannot be looked up can be tried again', async () => {
    const {server} = open({'GET /api/v1/my/channels/town/link': {status: 503, json: {code: 'not_ready', message: 'The plugin is not ready.'}}});
    expect(await screen.findByRole('alert')).toHaveTextContent('The plugin is not ready.');
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel()};
    await user.click(screen.getByRole('button', {name: 'Try again'}));
    expect(await screen.findByRole('combobox', {name: 'Team in Microsoft Teams'})).toBeInTheDocument();
});

test('closes with its button and with Escape', async () => {
    const {host} = open({});
    await user.click(within(await dialog()).getByRole('button', {name: 'Close'}));
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => {
        host.store.dispatch(openLinkDialog('town'));
    });
    await dialog();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
});

test('the slash command opens it, in the window that is looked at', async () => {
    serveRoutes(found);
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.logIn('alex');
    host.draw();
    const visible = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    act(() => {
        host.deliver('open_link_dialog', {channel_id: 'town'});
    });
    expect(screen.queryByRole('dialog')).toBeNull();
    visible.mockReturnValue('visible');
    act(() => {
        host.deliver('open_link_dialog', {channel_id: 'town'});
    });
    expect(await screen.findByText(/Town Square in Red Team/)).toBeInTheDocument();
});

test.each(['channel_linked', 'channel_unlinked', 'channel_link_requested'])('%s brings what is shown up to date', async (event) => {
    const {host, server} = open({});
    expect(await screen.findByText(/is not linked/)).toBeInTheDocument();
    server.answers['GET /api/v1/my/channels/town/link'] = {json: channel({link: link()})};
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const questions = () => server.calls.filter((call) => call === 'GET /api/v1/my/channels/town/link').length;
    const asked = questions();
    act(() => {
        for (let i = 0; i < 20; i++) {
            host.deliver(event, {channel_id: 'town'});
        }
    });
    expect(questions()).toBe(asked);
    expect(await screen.findByText('In order')).toBeInTheDocument();
    expect(questions()).toBe(asked + 1);
});

test('is in the menu of channels, not of direct messages', async () => {
    serveRoutes(found);
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    const [entry] = host.record.made('registerChannelHeaderMenuAction');
    const [text, action, shouldRender] = entry?.args as [ReactElement, (channelId: string) => void, (state: GlobalState) => boolean];
    const looksAt = (type: string) => shouldRender({entities: {channels: {currentChannelId: 'c', channels: {c: {type}}}}} as unknown as GlobalState);
    expect(['O', 'P', 'D', 'G'].map(looksAt)).toEqual([true, true, false, false]);
    expect(shouldRender({entities: {channels: {currentChannelId: '', channels: {}}}} as unknown as GlobalState)).toBe(false);

    host.logIn('alex');
    host.draw();
    act(() => {
        action('town');
    });
    expect(await dialog()).toBeInTheDocument();
    host.render(text);
    expect(screen.getByText('Microsoft Teams link…')).toBeInTheDocument();
});

test("is a tab of the channel's settings where the host has them", async () => {
    serveRoutes(found);
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    const tabs = host.record.made('registerChannelSettingsTab').map(({args}) => args[0] as ChannelSettingsTab);
    const shown = (type: string) => tabs.filter(({shouldRender}) => shouldRender?.(host.store.getState(), {type} as Channel)).map(({uiName}) => uiName);

    // They are registered before it is known who logs in, and in which language.
    for (const [locale, name] of [['en', 'Microsoft Teams link'], ['de', 'Microsoft-Teams-Verknüpfung'], ['pt-BR', 'Microsoft Teams link']] as const) {
        host.logIn('alex', locale);
        expect(shown('O')).toEqual([name]);
    }
    expect(shown('D')).toEqual([]);
    const Tab = tabs[0]?.component as ComponentType<{channel: {id: string}}>;
    host.render(<Tab channel={{id: 'town'}}/>);
    expect(await screen.findByRole('combobox', {name: 'Team in Microsoft Teams'})).toBeInTheDocument();
});
