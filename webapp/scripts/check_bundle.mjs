// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Checks what Mattermost will load: one classic script that takes React and its companions from the host and
// registers the plugin. Run by "npm run build".

import {readdirSync, readFileSync} from 'node:fs';
import {runInNewContext} from 'node:vm';
import {gzipSync} from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const largest = 120 * 1024; // bytes, gzipped

const {id} = JSON.parse(readFileSync(new URL('../../plugin/plugin.json', import.meta.url), 'utf8'));
const files = readdirSync(dist);
const faults = [];

const {dependencies = {}} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (Object.keys(dependencies).length) {
    faults.push(`package.json names run-time dependencies: ${Object.keys(dependencies).join(', ')}; the host brings what main.js needs`);
}

if (files.length !== 1 || files[0] !== 'main.js') {
    faults.push(`dist/ holds [${files.join(', ')}]; Mattermost loads main.js and nothing else`);
}

const script = readFileSync(new URL('main.js', dist), 'utf8');
const size = gzipSync(script).length;
if (size >= largest) {
    faults.push(`main.js has ${size} bytes gzipped; the limit is ${largest}`);
}
for (const [text, why] of [
    ['react.element', 'a copy of React or of its JSX runtime came along'],
    ['jsx-runtime', 'hosts before Mattermost 12 have no JSX runtime'],
    ['process.env', 'browsers have no process'],
    ['import(', 'Mattermost serves no second file'],
]) {
    if (script.includes(text)) {
        faults.push(`main.js contains "${text}": ${why}`);
    }
}

try {
    const registered = [];
    const window = {registerPlugin: (pluginId, plugin) => registered.push({pluginId, plugin})};
    runInNewContext(script, {window, React: {}, ReactDOM: {}, ReactIntl: {}, ReactRedux: {}});
    const [{pluginId, plugin} = {}] = registered;
    if (registered.length !== 1 || pluginId !== id || !plugin.initialize || !plugin.uninitialize) {
        faults.push(`main.js does not register one plugin "${id}" with initialize and uninitialize`);
    }
} catch (error) {
    faults.push(`main.js fails when it is loaded: ${error}`);
}

if (faults.length) {
    console.error(faults.map((fault) => `check_bundle: ${fault}`).join('\n'));
    process.exit(1);
}
console.log(`check_bundle: main.js is sound, ${size} bytes gzipped`);
