// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, startBrowser} from '../mattermost.mjs';

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
});
after(() => browser?.close());

const prompt = () => page.getByRole('dialog', {name: 'Connect your Microsoft Teams account'});

test('the prompt says that it can be skipped, and for how long', async () => {
    await logIn(page);
    await prompt().getByText('If you skip, this message returns when the page is loaded again.').waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'connect-prompt-skippable');
});

test('skipped, it stays away while the user moves around', async () => {
    await prompt().getByRole('button', {name: 'Skip for now'}).click();
    await prompt().waitFor({state: 'detached'});
    await page.getByRole('link', {name: 'Boards'}).click();
    await page.getByRole('heading', {name: 'A product'}).waitFor();
    assert.equal(await prompt().count(), 0);
});

test('it is back when the page is loaded again, and Escape skips it too', async () => {
    await page.reload();
    await prompt().waitFor();
    await page.keyboard.press('Escape');
    await prompt().waitFor({state: 'detached'});
});

test('it is back when the user logs out and in again', async () => {
    await page.getByRole('button', {name: 'Log out'}).click();
    await page.getByRole('heading', {name: 'Log in'}).waitFor();
    assert.equal(await prompt().count(), 0);
    await logIn(page);
    await prompt().waitFor();
});
