// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {afterEach, expect, test, vi} from 'vitest';

import {Host, serveRoutes} from '../../../test/host';
import type {Answer} from '../../../test/host';
import {isAtTheFloor} from '../../../test/registry';
import {returnMs} from '../../page';
import {Plugin} from '../../plugin';

const none = {json: {connected: false, teams_account: null, can_connect: true, reason: '', email_must_match: 'alex@demo.example'}};
const connected = {json: {
    connected: true,
    teams_account: {id: 't', display_name: 'Alex Demo', user_principal_name: 'alex@demo.example', mail: 'a@demo.example'},
    can_connect: true,
    reason: '',
    email_must_match: 'alex@demo.example',
}};
const lost = {json: {...connected.json, connected: false, reason: 'The token was revoked.', needs_reconnect: true}};
const connectRoute = '/plugins/com.mattermost.msteams-sync/connect';

/** A host with the plugin, on the page of a user who is logged in. */
function open(connection: Answer[], {disconnect = [] as Answer[], modern = true, locale = 'en'} = {}) {
    const mocks = serveRoutes({'/my/connection': connection, '/my/disconnect': disconnect});
    const host = new Host(modern ? {} : {has: isAtTheFloor});
    const plugin = new Plugin();
    plugin.initialize(host.registry, host.store);
    host.logIn('alex', locale);
    host.draw(locale);
    return {host, plugin, asked: mocks[0], disconnected: mocks[1]};
}

async function banner(host: Host, title: string) {
    await vi.waitFor(() => {
        expect(host.userSettings?.action?.title).toBe(title);
    });
    const action = host.userSettings?.action;
    if (!action) {
        throw new Error('there is no banner');
    }
    return action;
}

afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    delete window.WebappUtils;
});

test('the user settings say which account is connected, and disconnect it after a confirmation', async () => {
    const {host, disconnected} = open([connected], {disconnect: [none]});
    const dispatched = vi.spyOn(host.store, 'dispatch');
    const action = await banner(host, 'Connected with Microsoft Teams');
    expect(action.text).toContain('alex@demo.example (Alex Demo)');
    expect(host.userSettings?.sections.map(({disabled}) => disabled)).toEqual([false, undefined]);

    act(action.onClick);
    expect(dispatched).toHaveBeenCalledWith({type: 'MODAL_CLOSE', modalId: 'user_settings'});
    expect(screen.getByRole('dialog', {name: 'Disconnect your Microsoft Teams account?'})).toHaveTextContent('alex@demo.example');
    expect(disconnected).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await vi.waitFor(() => {
        expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(disconnected).toHaveBeenCalledOnce();
    await banner(host, 'No Microsoft Teams account is connected');
    expect(host.userSettings?.sections[0]?.disabled).toBe(true);
});

test.each([
    ['Cancel', () => userEvent.click(screen.getByRole('button', {name: 'Cancel'}))],
    ['Escape', () => userEvent.keyboard('{Escape}')],
])('%s leaves the account connected', async (_name, leave) => {
    const {host, disconnected} = open([connected], {disconnect: [none]});
    act((await banner(host, 'Connected with Microsoft Teams')).onClick);
    await leave();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(disconnected).not.toHaveBeenCalled();
});

test('a disconnect that fails says so and can be tried again', async () => {
    const {host} = open([connected], {disconnect: [{status: 503}, none]});
    act((await banner(host, 'Connected with Microsoft Teams')).onClick);
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await vi.waitFor(() => {
        expect(screen.getByRole('dialog')).toHaveTextContent('The server did not answer as expected.');
    });
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await vi.waitFor(() => {
        expect(screen.queryByRole('dialog')).toBeNull();
    });
});

test('who is not connected learns which e-mail address must match and connects in the click', async () => {
    const logIn = {opener: window as unknown};
    const windowOpen = vi.spyOn(window, 'open').mockReturnValue(logIn as Window);
    const {host} = open([none, connected]);
    const action = await banner(host, 'No Microsoft Teams account is connected');
    expect(action.text).toContain('alex@demo.example');
    action.onClick();
    expect(windowOpen).toHaveBeenCalledExactlyOnceWith(connectRoute, '_blank');
    expect(logIn.opener).toBeNull();

    act(() => {
        host.deliver('user_connected');
    });
    await banner(host, 'Connected with Microsoft Teams');
});

test.each([
    ['on the return to this tab', () => {
        window.dispatchEvent(new Event('focus'));
        return vi.advanceTimersByTimeAsync(0);
    }],
    ['within ten seconds', () => vi.advanceTimersByTimeAsync(10_000)],
])('a log-in from the user settings is seen %s although its event was lost, and not looked for longer', async (_name, look) => {
    vi.useFakeTimers();
    vi.spyOn(window, 'open').mockReturnValue({} as Window);
    const {host, asked} = open([none, connected]);
    (await banner(host, 'No Microsoft Teams account is connected')).onClick();
    await look();
    await banner(host, 'Connected with Microsoft Teams');
    window.dispatchEvent(new Event('focus'));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked).toHaveBeenCalledTimes(2);
});

test.each<[string, (host: Host) => Promise<unknown>]>([
    ['when it takes too long', () => vi.advanceTimersByTimeAsync(900_000)],
    ['when the user logs out', (host) => {
        act(() => {
            host.logOut();
        });
        return vi.advanceTimersByTimeAsync(0);
    }],
])('a log-in is not looked for any more %s', async (_name, end) => {
    vi.useFakeTimers();
    vi.spyOn(window, 'open').mockReturnValue({} as Window);
    const {host, asked} = open([none]);
    (await banner(host, 'No Microsoft Teams account is connected')).onClick();
    await end(host);
    window.dispatchEvent(new Event('focus')); // who is back after a while asks once
    await vi.advanceTimersByTimeAsync(0);
    const before = asked?.mock.calls.length;
    window.dispatchEvent(new Event('focus'));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked?.mock.calls.length).toBe(before);
});

test('a log-in from the user settings that is refused is told in a dialog, and can be tried again', async () => {
    vi.useFakeTimers();
    const windowOpen = vi.spyOn(window, 'open').mockReturnValue({close: vi.fn()} as unknown as Window);
    const {host, asked} = open([none]);
    (await banner(host, 'No Microsoft Teams account is connected')).onClick();
    const refuse = () => {
        act(() => {
            host.deliver('user_connect_failed', {message: 'Log in as somebody else.'});
        });
    };
    refuse();
    expect(screen.getByRole('dialog', {name: 'Your Microsoft Teams account'})).toHaveTextContent('The account was not connected. Log in as somebody else.');
    const before = asked?.mock.calls.length;
    await act(() => vi.advanceTimersByTimeAsync(3_600_000));
    expect(asked).toHaveBeenCalledTimes(before ?? 0);

    act(() => {
        screen.getByRole('button', {name: 'Connect account'}).click();
    });
    expect(windowOpen).toHaveBeenCalledTimes(2);
    expect(screen.getByRole('dialog')).not.toHaveTextContent('Log in as somebody else.');
    refuse();
    expect(screen.getByRole('dialog')).toHaveTextContent('Log in as somebody else.');

    act(() => {
        screen.getByRole('button', {name: 'Close'}).click();
    });
    refuse();
    expect(screen.queryByRole('dialog')).toBeNull();
});

test('where the browser blocks the window of the user settings there is a link at once', async () => {
    const windowOpen = vi.spyOn(window, 'open').mockReturnValue(null);
    const {host} = open([none]);
    act((await banner(host, 'No Microsoft Teams account is connected')).onClick);
    expect(screen.getByRole('dialog')).toHaveTextContent('Your browser blocked the log-in window.');
    expect(screen.getByRole('link', {name: 'Open it here.'})).toHaveAttribute('href', connectRoute);
    expect(windowOpen).toHaveBeenCalledOnce();

    await userEvent.click(screen.getByRole('button', {name: 'Close'}));
    act(() => {
        host.store.dispatch({type: 'msteams_sync/account_dialog', dialog: 'account'});
    });
    expect(screen.queryByRole('link', {name: 'Open it here.'})).toBeNull();
});

test('the dialog looks for the end of a log-in until the account is connected, and no longer', async () => {
    vi.useFakeTimers();
    const close = vi.fn();
    vi.spyOn(window, 'open').mockReturnValue({close} as unknown as Window);
    const {host, asked} = open([none, none, connected], {modern: false});
    const settle = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
    await settle(0);
    act(() => {
        host.chooseMenu();
    });
    act(() => {
        screen.getByRole('button', {name: 'Connect account'}).click();
    });
    await settle(10_000);
    expect(asked).toHaveBeenCalledTimes(2);
    await settle(10_000);
    expect(screen.getByRole('dialog')).toHaveTextContent('alex@demo.example (Alex Demo) is connected.');
    expect(close).toHaveBeenCalledOnce();
    await settle(3_600_000);
    expect(asked).toHaveBeenCalledTimes(3);
});

test('a lost connection says why, and can be connected again or disconnected', async () => {
    const {host, disconnected} = open([lost], {disconnect: [none]});
    const action = await banner(host, 'The connection with Microsoft Teams was lost');
    expect(action.text).toContain('The token was revoked.');
    act(action.onClick);
    expect(screen.getByRole('dialog')).toHaveTextContent('The token was revoked.');
    expect(screen.getByRole('button', {name: 'Connect account'})).toHaveFocus();
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await banner(host, 'No Microsoft Teams account is connected');
    expect(disconnected).toHaveBeenCalledOnce();
});

test('a lost account that may not be connected again can be disconnected', async () => {
    const {host} = open([{json: {...lost.json, can_connect: false}}]);
    const action = await banner(host, 'The connection with Microsoft Teams was lost');
    expect(action.buttonText).toBe('Disconnect');
    expect(action.text).not.toContain('Log in to Microsoft as');
    act(action.onClick);
    expect(screen.getByRole('dialog', {name: 'Disconnect your Microsoft Teams account?'})).toHaveTextContent('alex@demo.example');
});

test('who may not connect is not told to', async () => {
    const {host} = open([{json: {...none.json, can_connect: false, reason: 'You are not on the whitelist.'}}], {modern: false});
    act(() => {
        host.chooseMenu();
    });
    await vi.waitFor(() => {
        expect(screen.getByRole('dialog')).toHaveTextContent('You are not on the whitelist.');
    });
    expect(screen.getAllByRole('button').map(({textContent}) => textContent)).toEqual(['Close']);
});

test('the user settings do not tell those to connect who may not', async () => {
    const {host, asked} = open([{json: {...none.json, can_connect: false, reason: 'You are not on the whitelist.'}}, none]);
    const action = await banner(host, 'No Microsoft Teams account is connected');
    expect(action).toMatchObject({text: 'You are not on the whitelist.', buttonText: 'Check now'});
    action.onClick();
    await vi.waitFor(() => {
        expect(host.userSettings?.action?.buttonText).toBe('Connect account');
    });
    expect(asked).toHaveBeenCalledTimes(2);
});

test('a server that does not answer is said to be unknown, and can be asked again', async () => {
    const {host, asked} = open(['no network', connected]);
    const action = await banner(host, 'Microsoft Teams account');
    await vi.waitFor(() => {
        expect(asked).toHaveBeenCalledOnce();
    });
    action.onClick();
    await banner(host, 'Connected with Microsoft Teams');
});

test('what changed unseen shows when the user is back after a while', async () => {
    const {host} = open([connected, none]);
    await banner(host, 'Connected with Microsoft Teams');
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + returnMs);
    window.dispatchEvent(new Event('focus'));
    await banner(host, 'No Microsoft Teams account is connected');
});

test('the settings are those that the server half reads', async () => {
    const {host} = open([connected]);
    await banner(host, 'Connected with Microsoft Teams');
    expect(host.userSettings?.sections.flatMap(({settings}) => settings).map(({name, options}) => [name, options.map(({value}) => value)])).toEqual([
        ['platform', ['mattermost', 'msteams']],
        ['notifications', ['on', 'off']],
    ]);
});

test("the settings speak the user's language", async () => {
    const {host} = open([connected], {locale: 'de'});
    await banner(host, 'Mit Microsoft Teams verbunden');
});

test('the main menu opens the settings at the tab of the plugin', async () => {
    const openUserSettings = vi.fn(() => ({type: 'test/settings_opened'}));
    window.WebappUtils = {openUserSettings};
    const {host} = open([connected]);
    await banner(host, 'Connected with Microsoft Teams');
    act(() => {
        host.chooseMenu();
    });
    expect(openUserSettings).toHaveBeenCalledExactlyOnceWith({activeTab: 'com.mattermost.msteams-sync', isContentProductSettings: true});
    expect(screen.queryByRole('dialog')).toBeNull();
});

test('a host without user settings of plugins shows a dialog instead', async () => {
    const {host} = open([connected], {disconnect: [none], modern: false});
    act(() => {
        host.chooseMenu();
    });
    await vi.waitFor(() => {
        expect(screen.getByRole('dialog', {name: 'Your Microsoft Teams account'})).toHaveTextContent('alex@demo.example (Alex Demo)');
    });
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await userEvent.click(screen.getByRole('button', {name: 'Disconnect'}));
    await vi.waitFor(() => {
        expect(screen.queryByRole('dialog')).toBeNull();
    });
});
