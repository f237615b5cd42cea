// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';

const name = setting('CHANNEL_NAME');

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
    await logIn(page);
});
after(() => browser?.close());

test('who opens the dialog in the sidebar is told first that a link has to be approved, and asks for it', async () => {
    await page.locator('.app-bar').getByRole('button', {name: 'Microsoft Teams', exact: true}).click();
    const sidebar = page.getByRole('complementary', {name: 'Right-hand sidebar'});
    await sidebar.getByRole('button', {name: 'Link a channel'}).click();
    const dialog = page.getByRole('dialog', {name: 'Microsoft Teams link'});
    await dialog.getByText('A system admin has to approve the link.').waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'link-request');
    for (const [field, text] of [['Mattermost channel', name], ['Team in Microsoft Teams', setting('TEAMS_TEAM')], ['Channel in Microsoft Teams', setting('TEAMS_CHANNEL_NAME')]]) {
        await dialog.getByRole('combobox', {name: field}).fill(text);
        await dialog.getByRole('option', {name: text}).click();
    }
    await dialog.getByRole('button', {name: 'Ask for the link'}).click();
    await dialog.getByText('Waits for approval').waitFor();
    await dialog.getByRole('button', {name: 'Close'}).click();
    await page.locator(':focus').filter({hasText: 'Link a channel'}).waitFor();
    await sidebar.getByRole('listitem').filter({has: page.getByRole('heading', {name})}).getByText('Waits for approval').waitFor();
});
