// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Mattermost in a browser, as one user sees it: the real server with the stand-in host page.

import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {env, getuid} from 'node:process';
import {fileURLToPath} from 'node:url';

import {chromium} from 'playwright-core';

/** The value of an environment variable; without a fallback it has to be set. */
export function setting(name, fallback) {
    const value = env[name] || fallback;
    if (value === undefined) {
        throw new Error(`${name} is not set; e2e/browser/README.md tells what the tests need`);
    }
    return value;
}

/** Starts Debian's chromium. */
export function startBrowser() {
    return chromium.launch({
        executablePath: setting('CHROMIUM', '/usr/bin/chromium'),

        // The sandbox does not start for root, as whom containers run.
        args: getuid() === 0 ? ['--no-sandbox'] : [],
    });
}

/** The address of a path of Mattermost, which may itself be installed under one. */
export function address(path) {
    return setting('MM_URL') + path;
}

/** Opens the log-in page of Mattermost in a session of its own. */
export async function openMattermost(browser) {
    const context = await browser.newContext({

        // The certificate is of the emulator's CA, made for this run.
        ignoreHTTPSErrors: true,
        baseURL: setting('MM_URL'),
        reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(address('/login'));
    return page;
}

export async function logIn(page, {user, password} = {user: setting('MM_USER'), password: setting('MM_PASSWORD')}) {
    await page.getByLabel('Email or username').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', {name: 'Log in'}).click();
    await page.getByRole('heading', {name: 'Channels'}).waitFor();
}

/** Keeps a picture of the page, as PNG. */
export async function picture(page, name) {
    const directory = setting('PICTURES', fileURLToPath(new URL('../out', import.meta.url)));
    await mkdir(directory, {recursive: true});
    await page.screenshot({path: join(directory, `${name}.png`)});
}
