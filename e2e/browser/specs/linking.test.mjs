// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';
import {logInToMicrosoft} from '../microsoft.mjs';

const email = setting('TEAMS_LOGIN');
const channel = setting('CHANNEL');
const name = setting('CHANNEL_NAME');
const other = setting('OTHER_CHANNEL_NAME');
const team = setting('TEAMS_TEAM');
const teamsChannel = setting('TEAMS_CHANNEL_NAME');
const react = setting('REACT', '18');

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
    await logIn(page);
    await openChannel(name);
});
after(() => browser?.close());

async function openChannel(display) {
    await page.getByRole('navigation', {name: 'Channels of the team'}).getByRole('button', {name: display}).click();
    await page.getByRole('heading', {name: display, exact: true}).waitFor();
}

/** What the plugin says of the channel's link, to the user who is logged in. */
const linkOf = () => page.evaluate(async (id) => {
    const response = await fetch(`/plugins/com.mattermost.msteams-sync/api/v1/my/channels/${id}/link`, {headers: {'X-Requested-With': 'XMLHttpRequest'}});
    return (await response.json()).link;
}, channel);

const sidebar = () => page.getByRole('complementary', {name: 'Right-hand sidebar'});
const dialog = () => page.getByRole('dialog', {name: 'Microsoft Teams link'});

/** Waits until what has the text has the focus. */
const focusIsOn = (text) => page.locator(':focus').filter({hasText: text}).waitFor();

async function choose(field, text) {
    const input = dialog().getByRole('combobox', {name: field});
    await input.fill(text);
    await dialog().getByRole('option', {name: text}).click();
    assert.equal(await input.inputValue(), text);
}

test('the sidebar shows who is not connected and has no links', async () => {
    await page.locator(react === '17' ? '.channel-header' : '.app-bar').getByRole('button', {name: 'Microsoft Teams', exact: true}).click();
    await sidebar().getByText('Your Microsoft Teams account is not connected.').waitFor();
    await sidebar().getByText('None of your channels is linked with Microsoft Teams.').waitFor();
    assert.deepEqual(await seriousFindings(page, '.rhs'), []);
    await picture(page, 'sidebar-not-connected');
});

test('who is not connected is asked to connect before linking', async () => {
    await page.getByRole('button', {name: 'Channel menu'}).click();
    await page.getByRole('list', {name: 'Channel menu'}).getByRole('button', {name: 'Microsoft Teams link…'}).click();
    await dialog().getByText(`${name} in`).waitFor();
    await dialog().getByRole('combobox', {name: 'Team in Microsoft Teams'}).click();
    await dialog().getByText('connect your Microsoft Teams account first').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({state: 'detached'});
});

test('connects in the sidebar', async () => {
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        sidebar().getByRole('button', {name: 'Connect account'}).click(),
    ]);
    await Promise.all([
        logInWindow.waitForEvent('close'),
        logInToMicrosoft(logInWindow, email),
    ]);
    await sidebar().getByText('Connected as').waitFor();
    await sidebar().getByText(email).waitFor();
});

test('links the channel with the dialog', async () => {
    await page.getByRole('button', {name: 'Channel menu'}).click();
    await page.getByRole('list', {name: 'Channel menu'}).getByRole('button', {name: 'Microsoft Teams link…'}).click();
    const submit = dialog().getByRole('button', {name: 'Link', exact: true});
    await submit.waitFor();
    assert.equal(await submit.isDisabled(), true);
    await choose('Team in Microsoft Teams', team);
    await dialog().getByRole('combobox', {name: 'Channel in Microsoft Teams'}).click();
    const taken = dialog().getByRole('option', {name: setting('TAKEN')});
    await taken.waitFor();
    assert.equal(await taken.getAttribute('aria-disabled'), 'true');
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'link-dialog-search');
    await choose('Channel in Microsoft Teams', teamsChannel);
    assert.equal(await submit.isDisabled(), false);
    for (const direction of ['Older messages from Teams', 'Older messages to Teams']) {
        await dialog().getByRole('combobox', {name: direction}).selectOption({label: 'Of the last 7 days'});
    }
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'link-dialog');
    assert.equal(await linkOf(), null);
    await submit.click();
    await dialog().getByText('is linked with Microsoft Teams').waitFor();
    await focusIsOn('is linked with Microsoft Teams');
    const link = await linkOf();
    assert.equal(link.teams_channel_name, teamsChannel);
    assert.equal(link.can_manage, true);
    await picture(page, 'linked');
    await dialog().getByRole('button', {name: 'Close'}).click();
});

test('the keyboard alone finds a team', async () => {
    await sidebar().getByRole('button', {name: 'Link a channel'}).click();
    const field = dialog().getByRole('combobox', {name: 'Team in Microsoft Teams'});
    await field.focus();
    await page.keyboard.press('ArrowDown');
    await dialog().getByRole('option', {name: team}).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), team);
    await page.keyboard.press('Escape');
    await dialog().waitFor({state: 'detached'});
    await focusIsOn('Link a channel');
});

test('the sidebar lists the link, and finds it by the name of the Teams channel', async () => {
    const entry = () => sidebar().getByRole('listitem').filter({hasText: name});
    await entry().getByText(teamsChannel).waitFor();
    await sidebar().getByRole('searchbox', {name: 'Search linked channels'}).fill('no such channel');
    await sidebar().getByText('Nothing was found.').waitFor();
    await sidebar().getByRole('searchbox', {name: 'Search linked channels'}).fill(teamsChannel);
    await entry().waitFor();
    assert.deepEqual(await seriousFindings(page, '.rhs'), []);
    await picture(page, 'sidebar');
    await entry().getByRole('button', {name: 'Look for missed messages'}).click();
    await entry().getByText('Missed messages are being looked for.').waitFor();
    await sidebar().getByRole('searchbox', {name: 'Search linked channels'}).fill('');
});

test('the slash command opens the dialog, which names what is taken', async () => {
    await openChannel(other);
    await page.getByLabel('Message', {exact: true}).fill('/msteams-sync link');
    await page.getByRole('button', {name: 'Send'}).click();
    await dialog().getByText(`${other} in`).waitFor();
    await choose('Team in Microsoft Teams', team);
    await dialog().getByRole('combobox', {name: 'Channel in Microsoft Teams'}).click();
    await dialog().getByRole('option', {name: teamsChannel}).getByText(`Linked already, with ${name}`).waitFor();
    await picture(page, 'link-dialog-taken');
    await page.keyboard.press('Escape'); // the list
    await page.keyboard.press('Escape'); // the dialog
    await dialog().waitFor({state: 'detached'});
});

test('unlinks after a question', async () => {
    await openChannel(name);
    await page.getByRole('button', {name: 'Channel menu'}).click();
    const menu = page.getByRole('list', {name: 'Channel menu'});
    let place = dialog();
    if (react === '19') {
        await menu.getByRole('button', {name: 'Channel settings'}).click();
        place = page.getByRole('dialog', {name: 'Channel settings'});
    } else {
        await menu.getByRole('button', {name: 'Microsoft Teams link…'}).click();
    }
    await place.getByRole('button', {name: 'Unlink'}).click();
    await place.getByText(`Unlink ${name} from ${teamsChannel}?`).waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'unlink');
    await place.getByRole('button', {name: 'Keep it'}).click();
    assert.notEqual(await linkOf(), null);
    await place.getByRole('button', {name: 'Unlink'}).click();
    await place.getByRole('button', {name: 'Unlink'}).click();
    await place.getByText('is not linked').waitFor();
    await focusIsOn('is not linked');
    assert.equal(await linkOf(), null);
    await sidebar().getByText('None of your channels is linked with Microsoft Teams.').waitFor();
});
