// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
    await logIn(page);
});
after(() => browser?.close());

test('a system admin approves a link in the sidebar', async () => {
    await page.locator('.app-bar').getByRole('button', {name: 'Microsoft Teams', exact: true}).click();
    const sidebar = page.getByRole('complementary', {name: 'Right-hand sidebar'});
    const entry = sidebar.getByRole('listitem').filter({has: page.getByRole('heading', {name: setting('CHANNEL_NAME')})});
    await entry.getByText('Waits for approval').waitFor();
    assert.deepEqual(await seriousFindings(page, '.rhs'), []);
    await picture(sidebar, 'link-approval');
    await entry.getByRole('button', {name: 'Approve'}).click();
    await entry.getByRole('button', {name: 'Unlink'}).waitFor();
    const links = await page.evaluate(async () => {
        const response = await fetch('/plugins/com.mattermost.msteams-sync/api/v1/links', {headers: {'X-Requested-With': 'XMLHttpRequest'}});
        return (await response.json()).links;
    });
    assert.ok(links.some(({channel_id: id}) => id === setting('CHANNEL')));
});
