// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';

import de from '../../i18n/de.json';
import en from '../../i18n/en.json';
import es from '../../i18n/es.json';
import fr from '../../i18n/fr.json';
import ja from '../../i18n/ja.json';

/** The id of a text; i18n/en.json is the list. */
export type MessageId = keyof typeof en;

/** The English texts, which also stand in when the host has no translation. */
export const english: Record<MessageId, string> = en;

const translations: Record<string, Record<MessageId, string>> = {de, en, es, fr, ja};

/**
 * The texts for a locale of the host ("de", "en-AU", "pt-BR"): its own, else its language's, else English.
 */
export function translationsFor(locale: string): Record<MessageId, string> {
    return translations[languageOf(locale)] ?? english;
}

/** The languages that there are texts in. */
export const languages: readonly string[] = Object.keys(translations);

/** The one of them that a locale of the host is spoken to in. */
export function languageOf(locale: string): string {
    return [locale, locale.split('-', 1)[0] ?? ''].find((each) => each in translations) ?? 'en';
}

/** The locale of the user who is logged in. */
export function selectLocale({entities: {users}}: GlobalState): string {
    return users.profiles[users.currentUserId]?.locale ?? 'en';
}

/** A text for a locale of the host, where there is no page around to take it from. */
export function textFor(locale: string, id: MessageId, values: Record<string, string> = {}): string {
    return translationsFor(locale)[id].replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
