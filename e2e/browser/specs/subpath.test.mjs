// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Mattermost under a path, e.g. https://example.com/chat: everything that the plugin asks for lies below it.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {address, logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';
import {logInToMicrosoft} from '../microsoft.mjs';

const {origin, pathname: path} = new URL(setting('MM_URL'));
const email = setting('TEAMS_LOGIN');

let browser;
let page;
const strays = [];

/** Notes what the page asks of the server outside the path. */
function watch(watched) {
    watched.on('request', (request) => {
        const url = new URL(request.url());
        if (url.origin === origin && !url.pathname.startsWith(`${path}/`) && url.pathname !== '/favicon.ico') {
            strays.push(url.pathname);
        }
    });
}

before(async () => {
    assert.notEqual(path, '/');
    browser = await startBrowser();
    page = await openMattermost(browser);
    watch(page);
    await logIn(page);
});
after(() => browser?.close());

test('an account is connected', async () => {
    const prompt = page.getByRole('dialog', {name: 'Connect your Microsoft Teams account'});
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        prompt.getByRole('button', {name: 'Connect account'}).click(),
    ]);
    watch(logInWindow);
    await logInWindow.getByRole('button', {name: 'Sign in'}).waitFor();
    await Promise.all([logInWindow.waitForEvent('close'), logInToMicrosoft(logInWindow, email)]);
    await prompt.waitFor({state: 'detached'});
    await picture(page, 'connected');
});

test("the plugin's page in the System Console works", async () => {
    const administrator = await openMattermost(browser);
    watch(administrator);
    await logIn(administrator, {user: setting('MM_ADMIN'), password: setting('MM_ADMIN_PASSWORD')});
    await administrator.goto(address('/admin_console/plugins/plugin_com.mattermost.msteams-sync'));
    await administrator.getByText('Running, version').waitFor();
    await administrator.getByText('/changes answers as Microsoft Graph demands.').waitFor();
    const redirect = administrator.getByLabel('Redirect URI for the app registration');
    assert.equal(await redirect.inputValue(), `${origin}${path}/plugins/com.mattermost.msteams-sync/oauth-redirect`);
    const [download] = await Promise.all([administrator.waitForEvent('download'), administrator.getByRole('link', {name: 'Download list'}).click()]);
    assert.match(download.url(), new RegExp(`^${origin}${path}/plugins/`));
    await picture(administrator, 'system-console');
});

test('nothing was asked for outside the path', () => {
    assert.deepEqual(strays, []);
});
