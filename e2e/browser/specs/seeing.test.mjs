// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';
import {logInToMicrosoft} from '../microsoft.mjs';

const email = setting('TEAMS_LOGIN');
const channel = setting('CHANNEL');
const emulator = setting('EMULATOR');

// The page with React 17 is the oldest supported host.
const modern = setting('REACT', '18') !== '17';

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
    await logIn(page);
    await page.getByRole('button', {name: setting('CHANNEL_NAME')}).click();
    await page.getByRole('heading', {name: setting('CHANNEL_NAME')}).waitFor();
});
after(() => browser?.close());

/** Asks Mattermost's API as the user who is logged in. */
const api = (route) => page.evaluate(async (path) => {
    const response = await fetch(path, {headers: {'X-Requested-With': 'XMLHttpRequest'}});
    return response.json();
}, route);

/** Waits until something that the server answers is as wanted. */
async function until(what, ask) {
    const deadline = Date.now() + 30_000;
    while (!await ask()) {
        assert.ok(Date.now() < deadline, `not within 30 s: ${what}`);
        await page.waitForTimeout(100);
    }
}

const settings = () => page.getByRole('dialog', {name: modern ? 'Settings' : 'Your Microsoft Teams account'});

test('a linked channel is marked', async () => {
    const mark = {name: 'Linked with a channel in Microsoft Teams'};
    await page.getByRole('navigation', {name: 'Channels of the team'}).getByRole('img', mark).waitFor();
    assert.equal(await page.locator('.channel-header').getByRole('img', mark).count(), modern ? 1 : 0);
});

test('the main menu leads to the account, which is not connected', async () => {
    await page.getByRole('button', {name: 'Microsoft Teams account'}).click();
    await settings().getByText(email).waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'account-not-connected');
});

test("connecting on Microsoft's page is seen at once", async () => {
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        settings().getByRole('button', {name: 'Connect account'}).click(),
    ]);
    await Promise.all([
        logInWindow.waitForEvent('close'),
        logInToMicrosoft(logInWindow, email),
    ]);
    await settings().getByText(`Your Microsoft Teams account ${email}`).waitFor();
    await picture(page, 'account-connected');
    const connection = await api('/plugins/com.mattermost.msteams-sync/api/v1/my/connection');
    assert.equal(connection.connected, true);
});

const onlyModern = modern ? test : () => undefined;

onlyModern('who chooses Teams is not notified here, and again when they change back', async () => {
    const form = settings().getByRole('form', {name: 'Where you are notified'});
    const markUnread = async () => (await api(`/api/v4/channels/${channel}/members/me`)).notify_props.mark_unread;
    for (const [choice, want] of [['Microsoft Teams', 'mention'], ['Mattermost', 'all']]) {
        await form.getByRole('radio', {name: choice}).check();
        await form.getByRole('button', {name: 'Save'}).click();
        await until(`mark_unread is ${want}`, async () => await markUnread() === want);
    }
    await picture(page, 'user-settings');
});

test('the dialog is left', async () => {
    await settings().getByRole('button', {name: 'Close'}).click();
    await settings().waitFor({state: 'detached'});
});

const message = (text) => page.getByRole('list', {name: 'Messages'}).getByRole('listitem').filter({hasText: text});

async function send(text) {
    await page.getByLabel('Message', {exact: true}).fill(text);
    await page.getByRole('button', {name: 'Send'}).click();
}

test("one's own message is shown to be in Teams", async () => {
    await send('Written in Mattermost.');
    await message('Written in Mattermost.').getByText('In Microsoft Teams').waitFor();
    await picture(page, 'message-synced');
});

test('a message that Teams does not take says so, and is tried again', async () => {
    const faults = `${emulator}/_emulator/faults`;
    const rule = await (await page.request.post(faults, {data: {effect: 'status', status: 400, route: 'POST /teams/*/channels/*/messages'}})).json();
    await send('Refused by Teams.');
    const refused = message('Refused by Teams.');
    await refused.getByText('Not delivered to Microsoft Teams.').waitFor();
    assert.deepEqual(await seriousFindings(page, 'main'), []);
    await picture(page, 'message-failed');

    await page.request.delete(`${faults}/${rule.id}`);
    await refused.getByRole('button', {name: 'Try again'}).click();
    await refused.getByText('In Microsoft Teams').waitFor();
});

test("a message written on Teams' page appears, with where it and its author are from", async () => {
    const teams = await page.context().newPage();
    await teams.goto(`${emulator}/?channel=${encodeURIComponent(setting('TEAMS_CHANNEL'))}`);
    await teams.getByLabel('Write as').selectOption({label: 'dana Demo (dana@demo.example)'});
    await teams.getByLabel('Message (HTML)').fill('<p>Written in Teams.</p>');
    await teams.getByRole('button', {name: 'Send'}).click();
    await teams.getByText('Written in Teams.').waitFor();
    await picture(teams, 'teams-page');
    await teams.close();

    const arrived = message('Written in Teams.');
    await arrived.getByText('From Microsoft Teams').waitFor();
    await arrived.getByRole('button', {expanded: false}).click();
    await arrived.getByText('Microsoft Teams user').waitFor();
    assert.deepEqual(await seriousFindings(page, 'main'), []);
    await picture(page, 'message-from-teams');
});

test('disconnecting takes a confirmation', async () => {
    await page.getByRole('button', {name: 'Microsoft Teams account'}).click();
    await settings().getByRole('button', {name: 'Disconnect'}).click();
    const question = page.getByRole('dialog', {name: 'Disconnect your Microsoft Teams account?'});
    await question.getByText(email).waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'disconnect');
    await question.getByRole('button', {name: 'Disconnect'}).click();
    await question.waitFor({state: 'detached'});
    const connection = await api('/plugins/com.mattermost.msteams-sync/api/v1/my/connection');
    assert.equal(connection.connected, false);
});
