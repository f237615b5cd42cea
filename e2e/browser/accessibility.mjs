// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds serious or critical in a part of the page, one line per rule with the elements at fault. */
export async function seriousFindings(page, selector) {
    await page.evaluate(await readFile(axe, 'utf8'));
    const {violations} = await page.evaluate((part) => window.axe.run(part), selector);
    return violations.
        filter(({impact}) => impact === 'serious' || impact === 'critical').
        map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(', ')}`);
}
