// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';
import {logInToMicrosoft} from '../microsoft.mjs';

const title = 'Connect your Microsoft Teams account';
const email = setting('TEAMS_LOGIN', 'alex@demo.example');

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
});
after(() => browser?.close());

const prompt = () => page.getByRole('dialog', {name: title});

test('the log-in page shows no prompt', async () => {
    assert.equal(await prompt().count(), 0);
});

test('a user without a Teams account is asked to connect one', async () => {
    await logIn(page);
    await prompt().waitFor();
    await prompt().getByText(email).waitFor();
    await picture(page, 'connect-prompt');
});

test('the prompt has no serious accessibility finding', async () => {
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
});

test('the keyboard stays in the prompt', async () => {
    const inside = () => prompt().evaluate((dialog) => dialog.contains(document.activeElement));
    for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Escape']) {
        await page.keyboard.press(key);
        assert.equal(await inside(), true, `after ${key}`);
    }
    await page.getByRole('textbox', {name: 'Message'}).focus();
    assert.equal(await inside(), true, 'after the page moved the focus to the message box');
});

test('products are covered, the System Console is not', async () => {
    await page.goto('/boards');
    await prompt().waitFor();
    await page.goto('/admin_console');
    await page.getByRole('heading', {name: 'System Console'}).waitFor();
    assert.equal(await prompt().count(), 0);
    await page.getByRole('link', {name: 'Back to Mattermost'}).click();
    await prompt().waitFor();
});

test('who logs in as somebody else reads in the prompt why that is no use', async () => {
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        prompt().getByRole('button', {name: 'Connect account'}).click(),
    ]);
    await logInToMicrosoft(logInWindow, setting('TEAMS_OTHER_LOGIN', 'blake@demo.example'));
    await prompt().getByText('The account was not connected.').waitFor();
    await prompt().getByText(`does not have the e-mail address of your Mattermost account, ${email}.`).waitFor();
    await prompt().getByRole('button', {name: 'Connect account'}).waitFor();
    assert.deepEqual(await seriousFindings(page, '[role=dialog]'), []);
    await picture(page, 'connect-prompt-refused');
});

test("connecting on Microsoft's page closes the prompt and the log-in window", async () => {
    const [logInWindow] = await Promise.all([
        page.waitForEvent('popup'),
        prompt().getByRole('button', {name: 'Connect account'}).click(),
    ]);
    await prompt().getByText('This message closes by itself.').waitFor();
    await logInWindow.getByRole('button', {name: 'Sign in'}).waitFor();
    await picture(logInWindow, 'microsoft-log-in');
    await Promise.all([
        logInWindow.waitForEvent('close'),
        logInToMicrosoft(logInWindow, email),
    ]);
    await prompt().waitFor({state: 'detached'});
    await picture(page, 'connected');
});

test('the account stays connected', async () => {
    const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/needsConnect')),
        page.reload(),
    ]);
    assert.deepEqual((await answer.json()).needsConnect, false);
    await page.getByRole('heading', {name: 'Channels'}).waitFor();
    assert.equal(await prompt().count(), 0);
});
