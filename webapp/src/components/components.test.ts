// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {expect, test} from 'vitest';

const folder = (path: string) => path.split('/')[1] ?? '';
const folders = (files: Record<string, unknown>) => [...new Set(Object.keys(files).map(folder))].sort();

test('every feature has tests of what it draws', () => {
    const drawing = import.meta.glob(['./*/*.tsx', '!./*/*.test.tsx']);
    const tested = Object.keys(import.meta.glob('./*/*.test.tsx'));

    // The one that is named after the folder answers for all that is in it (test/drawn.ts).
    for (const name of folders(drawing)) {
        expect(tested).toContain(`./${name}/${name}.test.tsx`);
    }
});

test('every registration is in the list of the plugin', () => {
    const registers = Object.keys(import.meta.glob('./*/register.tsx')).map((path) => `./components/${folder(path)}/register`);
    const [source] = Object.values(import.meta.glob<string>('../plugin.ts', {query: '?raw', import: 'default', eager: true}));
    const imported = [...(source ?? '').matchAll(/from '(\.\/components\/\w+\/register)'/g)].map(([, path]) => path);
    expect(imported.sort()).toEqual(registers.sort());
});

test('every style sheet is added to the page', () => {
    const sheets = Object.keys(import.meta.glob('./*/*.css')).map((path) => path.replace('./', './components/'));
    const [source] = Object.values(import.meta.glob<string>('../styles.ts', {query: '?raw', import: 'default', eager: true}));
    const imported = [...(source ?? '').matchAll(/from '(\.\/components\/\S+\.css)\?inline'/g)].map(([, path]) => path);
    expect(imported.sort()).toEqual(sheets.sort());
});

test('what moves stands still for those who want no motion', () => {
    const sheets = Object.entries(import.meta.glob<string>('./*/*.css', {query: '?raw', import: 'default', eager: true}));
    const moving = sheets.filter(([, style]) => /^\s*(animation|transition)(-\w+)*:/m.test(style));
    expect(moving.map(([path]) => path)).toEqual(['./dialog/dialog.css']);
    for (const [path, style] of moving) {
        const [normal = '', reduced = ''] = style.split('@media (prefers-reduced-motion: reduce)');
        for (const [, selector = '', property = ''] of normal.matchAll(/([.\w-]+) \{[^{}]*?\b(animation|transition):/g)) {
            expect(reduced, path).toMatch(new RegExp(`\\${selector} \\{[^{}]*${property}: none;`));
        }
    }
});
