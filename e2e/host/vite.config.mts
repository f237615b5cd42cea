// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {env} from 'node:process';
import {fileURLToPath} from 'node:url';

import {defineConfig} from 'vite';

// HOST_BASE is the path under which Mattermost is installed, e.g. /chat.
//
// Mattermost 8 to 10 bring React 17, 11 brings 18, 12 brings 19.
const react = env.HOST_REACT ?? '18';
if (!['17', '18', '19'].includes(react)) {
    throw new Error(`HOST_REACT=${react}: the host page can be built with React 17, 18 or 19`);
}

const clientOfReact17 = fileURLToPath(new URL('src/react_17_client.ts', import.meta.url));
const aliases = {
    '17': [
        {find: /^react-dom\/client$/, replacement: clientOfReact17},
        {find: /^react(?=$|\/)/, replacement: 'react-17'},
        {find: /^react-dom(?=$|\/)/, replacement: 'react-dom-17'},
        {find: /^react-redux$/, replacement: 'react-redux-7'},
    ],
    '18': [],
    '19': [
        {find: /^react(?=$|\/)/, replacement: 'react-19'},
        {find: /^react-dom(?=$|\/)/, replacement: 'react-dom-19'},
    ],
}[react];

export default defineConfig({
    base: `${env.HOST_BASE ?? ''}/static/`,
    define: {__REACT__: react},
    oxc: {jsx: {runtime: 'classic'}},
    resolve: {alias: aliases ?? []},
    build: {
        target: 'es2020',
        chunkSizeWarningLimit: 4000,
        rolldownOptions: {input: 'root.html'},
    },
});
