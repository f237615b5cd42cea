// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {defineConfig} from 'vitest/config';

// Libraries that the Mattermost web app puts on window. Using them is what keeps the bundle small and, for React
// and Redux, what makes it work at all: a second copy would have its own hooks and its own store.
const hostGlobals = {
    react: 'React',
    'react-dom': 'ReactDOM',
    'react-intl': 'ReactIntl',
    'react-redux': 'ReactRedux',
};

export default defineConfig(({command, mode}) => ({

    // Library mode leaves process.env alone and browsers have none. The tests run on Node and need the real one.
    define: command === 'build' && mode === 'production' ? {'process.env.NODE_ENV': '"production"'} : {},

    // Classic JSX: hosts before Mattermost 12 have no JSX runtime among their globals.
    oxc: {jsx: {runtime: 'classic'}},

    build: {
        target: 'es2020',
        outDir: 'dist',
        emptyOutDir: true,
        lib: {
            entry: 'src/index.tsx',
            formats: ['iife'],
            name: 'MSTeamsSync',
            fileName: () => 'main.js',
        },
        rolldownOptions: {
            external: Object.keys(hostGlobals),
            output: {globals: hostGlobals},
        },
    },

    test: {
        environment: 'jsdom',
        setupFiles: ['test/setup.ts'],
        include: ['src/**/*.test.{ts,tsx}'],
        restoreMocks: true,

        // Not a measure of anything: a machine that does other things needs this long for a test of a whole dialog.
        testTimeout: 30_000,

        // Style sheets are empty in tests, but for those that ask for the text.
        css: {include: [/\.css\?raw$/]},
    },
}));
