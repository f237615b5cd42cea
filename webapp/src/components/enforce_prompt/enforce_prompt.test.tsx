// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Host, serveRoute, serveRoutes} from '../../../test/host';
import type {Answer} from '../../../test/host';
import {Plugin} from '../../plugin';

const mustConnect = {json: {needsConnect: true, canSkip: false, email: 'alex@demo.example'}};
const maySkip = {json: {needsConnect: true, canSkip: true, email: 'alex@demo.example'}};
const connected = {json: {needsConnect: false, canSkip: false, email: 'alex@demo.example'}};
const connectRoute = '/plugins/com.mattermost.msteams-sync/connect';

/** The log-in window as the browser gives it. */
class LogInWindow {
    opener: unknown = window;
    close = vi.fn();
}

/** A host with the plugin, on the page of a user who is logged in. */
function open(answers: Answer[], locale = 'en') {
    const fetched = serveRoute('/needsConnect', ...answers);
    const host = new Host();
    const plugin = new Plugin();
    plugin.initialize(host.registry, host.store);
    host.logIn('alex');
    const page = host.draw(locale);
    return {fetched, host, plugin, page};
}

function dialog() {
    return screen.queryByRole('dialog', {name: 'Connect your Microsoft Teams account'});
}

let windowOpen = vi.spyOn(window, 'open');
const user = userEvent.setup({advanceTimers: vi.advanceTimersByTime});

beforeEach(() => {
    vi.useFakeTimers({shouldAdvanceTime: true});
    windowOpen = vi.spyOn(window, 'open');
});
afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
});

async function settle(ms = 0) {
    await act(() => vi.advanceTimersByTimeAsync(ms));
}

test('asks nothing before somebody is logged in', async () => {
    const fetched = serveRoute('/needsConnect', mustConnect);
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.draw();
    await settle();
    expect(fetched).not.toHaveBeenCalled();

    act(() => {
        host.logIn('alex');
    });
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
});

test('stays away from those who need not connect', async () => {
    const {fetched} = open([connected]);
    await settle();
    expect(fetched).toHaveBeenCalledOnce();
    expect(dialog()).toBeNull();
});

test('says which e-mail address must match, and cannot be left', async () => {
    open([mustConnect]);
    expect(await screen.findByRole('dialog')).toHaveTextContent('Log in to Microsoft as alex@demo.example');
    expect(screen.getAllByRole('button').map(({textContent}) => textContent)).toEqual(['Connect account']);
    await user.keyboard('{Escape}');
    expect(dialog()).toBeInTheDocument();
});

test('names no address where any will do', async () => {
    open([{json: {needsConnect: true}}]);
    expect(await screen.findByRole('dialog')).not.toHaveTextContent('Log in to Microsoft as');
});

test.each([
    ['of a lost connection', {id: 't', display_name: 'Alex Demo', user_principal_name: 'alex@demo.example'}, true],
    ['where there was none', null, false],
])('tells the reason %s: %o', async (_name, account, told) => {
    const [, asked] = serveRoutes({
        '/needsConnect': [mustConnect],
        '/my/connection': [{json: {connected: false, teams_account: account, can_connect: true, reason: 'The token was revoked.'}}],
    });
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.logIn('alex');
    host.draw();
    await screen.findByRole('dialog');
    await settle();
    expect(asked).toHaveBeenCalledOnce();
    expect(dialog()?.textContent.includes('The connection with Microsoft Teams was lost The token was revoked.')).toBe(told);
});

test('a lost account can be disconnected, without a way out of the prompt', async () => {
    const account = {id: 't', display_name: 'Alex Demo', user_principal_name: 'alex@demo.example'};
    const [, , disconnected] = serveRoutes({
        '/needsConnect': [mustConnect],
        '/my/connection': [{json: {connected: false, teams_account: account, can_connect: true, reason: 'The token was revoked.'}}],
        '/my/disconnect': [{json: {connected: false, teams_account: null, can_connect: true, reason: ''}}],
    });
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.logIn('alex');
    host.draw();
    const question = () => screen.queryByRole('dialog', {name: 'Disconnect your Microsoft Teams account?'});
    const ask = await screen.findByRole('button', {name: 'Disconnect'});
    await user.click(ask);
    expect(question()).toHaveTextContent('alex@demo.example');
    await user.keyboard('{Escape}');
    expect(question()).toBeNull();
    expect(ask).toHaveFocus();
    expect(disconnected).not.toHaveBeenCalled();

    await user.click(ask);
    await user.keyboard('{Enter}');
    await vi.waitFor(() => {
        expect(question()).toBeNull();
    });
    expect(disconnected).toHaveBeenCalledOnce();
    expect(dialog()).not.toHaveTextContent('was lost');
    expect(screen.queryByRole('button', {name: 'Disconnect'})).toBeNull();
    expect(screen.getByRole('button', {name: 'Connect account'})).toHaveFocus();
});

test('opens the log-in window in the click and closes on the event', async () => {
    const logIn = new LogInWindow();
    windowOpen.mockReturnValue(logIn as unknown as Window);
    const {host} = open([mustConnect, connected]);
    const button = await screen.findByRole('button', {name: 'Connect account'});

    act(() => {
        button.click();
        expect(windowOpen).toHaveBeenCalledExactlyOnceWith(connectRoute, '_blank');
    });
    expect(logIn.opener).toBeNull();
    expect(dialog()).toHaveTextContent('This message closes by itself.');

    act(() => {
        host.deliver('user_connected', {teams_user: 'Alex Demo'});
    });
    expect(dialog()).toBeNull();
    expect(logIn.close).toHaveBeenCalledOnce();
});

test.each([
    ['when the user comes back to the tab', async () => {
        window.dispatchEvent(new Event('focus'));
        await settle();
    }],
    ['within ten seconds', () => settle(10_000)],
    ['when the user asks', () => user.click(screen.getByRole('button', {name: 'Check now'}))],
])('closes %s although the event was lost', async (_name, look) => {
    windowOpen.mockReturnValue(new LogInWindow() as unknown as Window);
    open([mustConnect, connected]);
    await user.click(await screen.findByRole('button', {name: 'Connect account'}));
    await look();
    await vi.waitFor(() => {
        expect(dialog()).toBeNull();
    });
});

test('goes within a minute when connecting is not asked for any more, and asks no more then', async () => {
    const {fetched} = open([mustConnect, mustConnect, connected]);
    await screen.findByRole('dialog');
    await settle(60_000);
    expect(dialog()).toBeInTheDocument();
    await settle(60_000);
    expect(dialog()).toBeNull();
    await settle(3_600_000);
    expect(fetched).toHaveBeenCalledTimes(3);
});

test('asks a server that does not answer ever more slowly, also while it is drawn', async () => {
    const {fetched} = open([mustConnect, 'no network']);
    await screen.findByRole('dialog');
    await settle(60_000); // the first that fails; then after 2, 4, ... 128 seconds
    await settle(254_000);
    expect(fetched).toHaveBeenCalledTimes(9);
    await settle(255_000);
    expect(fetched).toHaveBeenCalledTimes(9);
});

const wrongAccount = 'The Microsoft Teams account blake@demo.example does not have your e-mail address.';

test('says why an account was not taken, asks no more, and lets the user try again', async () => {
    const logIn = new LogInWindow();
    windowOpen.mockReturnValue(logIn as unknown as Window);
    const {host, fetched} = open([mustConnect]);
    await user.click(await screen.findByRole('button', {name: 'Connect account'}));
    act(() => {
        host.deliver('user_connect_failed', {message: wrongAccount});
    });
    expect(dialog()).toHaveTextContent(`The account was not connected. ${wrongAccount}`);
    expect(dialog()).not.toHaveTextContent('This message closes by itself.');
    expect(logIn.close).not.toHaveBeenCalled();
    const before = fetched.mock.calls.length;
    await settle(59_000);
    expect(fetched).toHaveBeenCalledTimes(before);

    await user.click(screen.getByRole('button', {name: 'Connect account'}));
    expect(windowOpen).toHaveBeenCalledTimes(2);
    expect(logIn.close).toHaveBeenCalledOnce();
    expect(dialog()).not.toHaveTextContent(wrongAccount);
    expect(dialog()).toHaveTextContent('This message closes by itself.');
    act(() => {
        host.deliver('user_connect_failed');
    });
    expect(dialog()).toHaveTextContent('The account was not connected.');
});

test('is silent about a log-in of another tab', async () => {
    const {host} = open([mustConnect]);
    await screen.findByRole('dialog');
    act(() => {
        host.deliver('user_connect_failed', {message: wrongAccount});
    });
    expect(dialog()).not.toHaveTextContent('The account was not connected.');
});

test('offers a link where the browser blocks the window', async () => {
    windowOpen.mockReturnValue(null);
    open([mustConnect]);
    await user.click(await screen.findByRole('button', {name: 'Connect account'}));

    const link = screen.getByRole('link', {name: 'Open it here.'});
    expect(link).toHaveAttribute('href', connectRoute);
    link.addEventListener('click', (event) => {
        event.preventDefault(); // jsdom cannot navigate
    });
    await user.click(link);
    expect(dialog()).toHaveTextContent('This message closes by itself.');
});

test.each([
    ['the button', () => user.click(screen.getByRole('button', {name: 'Skip for now'}))],
    ['Escape', () => user.keyboard('{Escape}')],
])('skipping with %s lasts until the page is loaded again', async (_name, skip) => {
    const first = open([maySkip]);
    await screen.findByRole('dialog');
    await skip();
    expect(dialog()).toBeNull();

    first.page.unmount();
    const again = first.host.draw();
    await settle();
    expect(dialog()).toBeNull();

    again.unmount();
    open([maySkip]);
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
});

test('a skip ends with the log-out, also when the same user logs in on the same page', async () => {
    const {host} = open([maySkip]);
    await screen.findByRole('dialog');
    await user.click(screen.getByRole('button', {name: 'Skip for now'}));
    expect(dialog()).toBeNull();

    act(() => {
        host.logOut();
    });
    act(() => {
        host.logIn('alex');
    });
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
});

test('nothing is asked of those who have logged out', async () => {
    const {host, fetched} = open([mustConnect]);
    await screen.findByRole('dialog');
    act(() => {
        host.logOut();
    });
    expect(dialog()).toBeNull();
    await settle(3_600_000);
    expect(fetched).toHaveBeenCalledOnce();
});

test('a check that fails while the dialog is open is shown and repeated', async () => {
    const {host} = open([mustConnect, {status: 503}, connected]);
    await screen.findByRole('dialog');
    act(() => {
        host.reconnect();
    });
    await vi.waitFor(() => {
        expect(dialog()).toHaveTextContent('The connection could not be checked.');
    });
    await settle(2000);
    expect(dialog()).toBeNull();
});

test('a server that does not answer holds nobody up, and is mentioned at the third failure', async () => {
    open(['no network', {status: 502}, {status: 503}, mustConnect]);
    await settle(2000);
    expect(dialog()).toBeNull();
    expect(screen.queryByRole('status')).toBeNull();
    await settle(4000);
    expect(screen.getByRole('status')).toHaveTextContent('could not check');

    await user.click(screen.getByRole('button', {name: 'Try again'}));
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
    expect(screen.queryByRole('status')).toBeNull();
});

test('the notice can be put away', async () => {
    open(['no network']);
    await settle(6000);
    await user.click(screen.getByRole('button', {name: 'Dismiss'}));
    expect(screen.queryByRole('status')).toBeNull();
});

test('a disconnected account brings the dialog back', async () => {
    const {host} = open([connected, mustConnect]);
    await settle();
    act(() => {
        host.deliver('user_disconnected');
    });
    expect(await screen.findByRole('dialog')).toBeInTheDocument();
});

test("speaks the user's language", async () => {
    open([mustConnect], 'de');
    expect(await screen.findByRole('dialog', {name: 'Verbinden Sie Ihr Microsoft-Teams-Konto'})).
        toHaveTextContent('Melden Sie sich bei Microsoft als alex@demo.example an');
});
