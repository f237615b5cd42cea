// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';
import {logInToMicrosoft} from '../microsoft.mjs';

const email = setting('TEAMS_LOGIN');

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

const prompt = () => page.getByRole('dialog', {name: 'Connect your Microsoft Teams account'});
const question = () => page.getByRole('dialog', {name: 'Disconnect your Microsoft Teams account?'});

/** The user's connection, as the server's API says. */
const connection = () => page.evaluate(async () => {
    const answer = await fetch('/plugins/com.mattermost.msteams-sync/api/v1/my/connection', {headers: {'X-Requested-With': 'XMLHttpRequest'}});
    return answer.json();
});

test('the prompt comes as soon as Microsoft does not take the account any more', async () => {
    assert.equal(await prompt().count(), 0);
    await page.getByRole('textbox', {name: 'Message'}).fill('of a lost account');
    await page.getByRole('button', {name: 'Send'}).click();
    await prompt().getByText('The connection with Microsoft Teams was lost').waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'connect-prompt-lost');
});

test('the question whether to disconnect it leads back to the prompt', async () => {
    await prompt().getByRole('button', {name: 'Disconnect'}).click();
    await question().getByText(email).waitFor();
    await page.keyboard.press('Escape');
    await question().waitFor({state: 'detached'});
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Disconnect');
    assert.notEqual((await connection()).teams_account, null);
});

test('disconnected, the account is gone and the prompt is not', async () => {
    await prompt().getByRole('button', {name: 'Disconnect'}).click();
    await question().getByRole('button', {name: 'Disconnect'}).click();
    await question().waitFor({state: 'detached'});
    await prompt().getByText('was lost').waitFor({state: 'detached'});
    await prompt().waitFor();
    assert.equal((await connection()).teams_account ?? null, null);
});

test('it can be connected again', async () => {
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        prompt().getByRole('button', {name: 'Connect account'}).click(),
    ]);
    await Promise.all([logInWindow.waitForEvent('close'), logInToMicrosoft(logInWindow, email)]);
    await prompt().waitFor({state: 'detached'});
    assert.equal((await connection()).connected, true);
});
