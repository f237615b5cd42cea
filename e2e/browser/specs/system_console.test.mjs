// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {seriousFindings} from '../accessibility.mjs';
import {logIn, openMattermost, picture, setting, startBrowser} from '../mattermost.mjs';

const site = setting('MM_URL');

let browser;
let page;

before(async () => {
    browser = await startBrowser();
    page = await openMattermost(browser);
    await logIn(page);
    await page.getByRole('link', {name: 'System Console'}).click();
    await page.getByRole('link', {name: 'MS Teams Sync'}).click();
});
after(() => browser?.close());

/** The line of the status about one part. */
const line = (title) => page.getByRole('listitem').filter({has: page.getByText(title, {exact: true})});

/** The plugin's stored settings, by lower-case key, as the server's API says. */
async function storedSettings() {
    const {PluginSettings} = await page.evaluate(async (base) => {
        const answer = await fetch(`${base}/api/v4/config`, {headers: {'X-Requested-With': 'XMLHttpRequest'}});
        return answer.json();
    }, site);
    const entries = Object.entries(PluginSettings.Plugins['com.mattermost.msteams-sync']);
    return Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), value]));
}

test('the panel says how the plugin is', async () => {
    await page.getByText('Credentials, consent and address are in order.').waitFor();
    for (const [part, text] of [
        ['Plugin', /OK\s*Running, version/],
        ['Credentials', /OK\s*Accepted by Microsoft/],
        ['Client secret', /Attention\s*Expires on .*, in 9 days\./],
        ['Consent', /OK\s*All \d+ permissions are granted\./],
        ['Address for notifications', /OK\s[\s\S]*\/changes answers as Microsoft Graph demands\./],
        ['Bots', /\d of \d connected\./],
        ['Links', /Channels linked: \d/],
    ]) {
        assert.match(await line(part).innerText(), text, part);
    }
    await picture(page.locator('.msteams-sync-admin').first(), 'system-console');
});

test('the page has no serious accessibility finding', async () => {
    assert.deepEqual(await seriousFindings(page, '.msteams-sync-admin'), []);
    assert.deepEqual(await seriousFindings(page, '.admin-page'), []);
});

test('the connection is tried again at the press of a button', async () => {
    const [credentials, consent, webhook] = await Promise.all([
        ...['credentials', 'consent', 'webhook'].map((name) => page.waitForResponse((answer) => answer.url().endsWith(`/checks/${name}`))),
        page.getByRole('button', {name: 'Test connection'}).click(),
    ]);
    for (const answer of [credentials, consent, webhook]) {
        assert.equal((await answer.json()).ok, true, answer.url());
    }
    await page.getByText('Credentials, consent and address are in order.').waitFor();
});

test('links with errors are named, and lead to their channels', async () => {
    const [emulator, channel, name] = ['EMULATOR', 'CHANNEL', 'CHANNEL_NAME'].map((variable) => setting(variable));
    const faults = `${emulator}/_emulator/faults`;
    const rule = await (await page.request.post(faults, {data: {effect: 'status', status: 400, route: 'POST /teams/*/channels/*/messages'}})).json();
    const call = (method, path, body) => page.evaluate(async ([address, options]) => {
        const csrf = document.cookie.match(/MMCSRF=([^;]*)/)[1];
        const answer = await fetch(address, {...options, headers: {'X-CSRF-Token': csrf, 'X-Requested-With': 'XMLHttpRequest'}});
        return answer.json();
    }, [site + path, {method, ...(body && {body: JSON.stringify(body)})}]);
    const plugin = '/plugins/com.mattermost.msteams-sync/api/v1';
    await call('POST', '/api/v4/posts', {channel_id: channel, message: 'Refused by Teams.'});
    const deadline = Date.now() + 30_000;
    while (!(await call('GET', `${plugin}/status`)).links.some(({channel_id: id, outbound}) => id === channel && outbound.dead)) {
        assert.ok(Date.now() < deadline, 'the message is not given up within 30 s');
        await page.waitForTimeout(100);
    }
    await page.getByRole('button', {name: 'Test connection'}).click();
    const link = line('Links').getByRole('link', {name});
    await link.waitFor();
    assert.match(await link.getAttribute('href'), new RegExp(`/channels/${channel}$`));
    assert.match(await line('Links').innerText(), /Attention[\s\S]*With errors: 1\.[\s\S]* with .* \/ .* in Teams/);
    assert.deepEqual(await seriousFindings(page, '.msteams-sync-admin'), []);
    await link.scrollIntoViewIfNeeded();
    await picture(page.locator('.msteams-sync-admin').first(), 'system-console-links');

    await page.request.delete(`${faults}/${rule.id}`);
    await call('POST', `${plugin}/dead-letters/retry`, {channel_id: channel});
});

test('the redirect URI can be copied', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', {name: 'Copy'}).click();
    await page.getByText('Copied.').waitFor();
    const address = `${site}/plugins/com.mattermost.msteams-sync/oauth-redirect`;
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
    assert.equal(await page.getByLabel('Redirect URI for the app registration').inputValue(), address);
});

test('settings that Terraform manages say so, and can be changed all the same', async () => {
    const notice = page.getByRole('region', {name: 'Managed by Terraform'});
    assert.deepEqual((await notice.getByRole('listitem').allInnerTexts()).sort(), ['At-rest encryption key', 'Enforce connected accounts', 'Sync reactions']);
    const reactions = page.getByLabel('Sync reactions', {exact: true});
    await page.getByText('Managed by Terraform: a change made here').first().waitFor();
    await reactions.scrollIntoViewIfNeeded();
    await picture(page, 'system-console-managed');
    await reactions.selectOption('False');
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByText('Saved.').waitFor();
    const settings = await storedSettings();
    assert.equal(settings.syncreactions, false);
});

test('they keep their help, and a secret stays one', async () => {
    const key = page.getByLabel('At-rest encryption key', {exact: true});
    assert.equal(await key.getAttribute('type'), 'password');
    const described = (await key.getAttribute('aria-describedby')).split(' ');
    const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
    assert.match(texts.join(' '), /^Key that protects stored OAuth tokens .* Managed by Terraform: /);
    assert.equal(await page.getByText('Key that protects stored OAuth tokens').count(), 1);
    await page.getByRole('button', {name: 'Regenerate'}).click();
    assert.match(await key.inputValue(), /^[\w-]{32}$/);
    await page.reload();
    await page.getByText('Credentials, consent and address are in order.').waitFor();
});

test('saving stores nothing for the panels', async () => {
    const settings = await storedSettings();
    assert.equal(settings.cloud, 'custom');
    assert.deepEqual(Object.keys(settings).filter((key) => key.includes('panel')), []);
});

test('a file replaces the whitelist', async () => {
    const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/whitelist') && response.request().method() === 'PUT'),
        page.getByLabel('Replace by a file…').setInputFiles({name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('email\nalex@demo.example\nno such thing\nblake@demo.example\n')}),
    ]);
    assert.deepEqual(await answer.json(), {count: 2, failed: ['no such thing'], failed_lines: [3]});
    await page.getByText('The list was replaced. It has 2 entries now.').waitFor();
    await page.getByText('Line 3: no such thing').waitFor();
    assert.deepEqual(await seriousFindings(page, '.msteams-sync-admin'), []);
    await page.getByText('Line 3: no such thing').scrollIntoViewIfNeeded();
    await picture(page, 'whitelist');
});

test('a file that names nobody changes nothing', async () => {
    await page.getByLabel('Replace by a file…').setInputFiles({name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('\n')});
    await page.getByRole('alert').getByText('The list was not replaced.').waitFor();
    await page.reload();
    await page.getByText('It has 2 entries.').waitFor();
});

test('the whitelist and the report are downloads', async () => {
    for (const [link, first] of [['Download list', 'email'], ['Download report', 'mattermost_user_id']]) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: link}).click()]);
        const lines = [];
        for await (const chunk of await download.createReadStream()) {
            lines.push(chunk.toString());
        }
        assert.ok(lines.join('').startsWith(first), `${link}: ${lines.join('')}`);
    }
});

test('a connection is ended after a question', async () => {
    const ask = page.getByRole('button', {name: 'Disconnect @consoleperson…'});
    await ask.click();
    const question = page.getByRole('group', {name: /^Disconnect @consoleperson from the Microsoft Teams account consoleperson@demo\.example/});
    assert.deepEqual(await seriousFindings(page, '.msteams-sync-admin'), []);
    await question.scrollIntoViewIfNeeded();
    await picture(page, 'disconnect-user');
    await question.getByRole('button', {name: 'Keep connected'}).click();
    await ask.click();
    await question.getByRole('button', {name: 'Disconnect', exact: true}).click();
    await page.getByText('@consoleperson is disconnected.').waitFor();
    await ask.waitFor({state: 'detached'});
    const {users} = await page.evaluate(async (base) => {
        const answer = await fetch(`${base}/plugins/com.mattermost.msteams-sync/api/v1/connected-users`, {headers: {'X-Requested-With': 'XMLHttpRequest'}});
        return answer.json();
    }, site);
    assert.ok(users.every(({username}) => username !== 'consoleperson'));
});

test('the panels are there in German', async () => {
    await page.evaluate(async (base) => {
        const csrf = document.cookie.match(/MMCSRF=([^;]*)/)[1];
        await fetch(`${base}/api/v4/users/me/patch`, {method: 'PUT', headers: {'X-CSRF-Token': csrf, 'X-Requested-With': 'XMLHttpRequest'}, body: '{"locale":"de"}'});
    }, site);
    await page.reload();
    await page.getByRole('button', {name: 'Verbindung prüfen'}).waitFor();
    await page.getByText('Zugangsdaten, Zustimmung und Adresse sind in Ordnung.').waitFor();
    await picture(page, 'system-console-de');
});
