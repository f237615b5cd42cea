// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Microsoft's log-in pages, as the emulator has them.

import {setting} from './mattermost.mjs';

/** Logs in on the page; consent was given by the administrator, so that it goes straight on to the application. */
export async function logInToMicrosoft(page, account) {
    await page.getByLabel('Account').selectOption(account);
    await page.getByLabel('Password').fill(setting('TEAMS_PASSWORD', 'Emulator-Pass-1'));
    await page.getByRole('button', {name: 'Sign in'}).click();
}
