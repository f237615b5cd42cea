// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {expect, test} from 'vitest';

import {english, languages, translationsFor} from './translations';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test.each(['de', 'es', 'fr', 'ja'])('%s has every text with the same placeholders, and no other', (locale) => {
    const texts = translationsFor(locale);
    expect(texts).not.toBe(english);
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    for (const [id, text] of Object.entries(english)) {
        const translated = texts[id as keyof typeof english];
        expect(translated, id).not.toBe('');
        expect(placeholders(translated), id).toEqual(placeholders(text));
    }
});

test('the name of the sidebar, which is registered before anybody logs in, is the same in every language', () => {
    for (const language of languages) {
        expect(translationsFor(language)['msteams_sync.sidebar.title']).toBe(english['msteams_sync.sidebar.title']);
    }
});

test('the texts stand in order, so that additions meet at one place', () => {
    expect(Object.keys(english)).toEqual(Object.keys(english).sort());
});

test.each([
    ['en-AU', 'en'],
    ['de-AT', 'de'],
    ['pt-BR', 'en'],
    ['', 'en'],
])('the locale %j gets the texts of %s', (locale, want) => {
    expect(translationsFor(locale)).toBe(translationsFor(want));
});
