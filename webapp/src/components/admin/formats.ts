// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useMemo} from 'react';
import {useIntl} from 'react-intl';

import type {Formats} from './health';

const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
] as const;

/** A length of time in its largest unit, e.g. "3 days". */
export function formatDuration(locale: string, seconds: number): string {
    const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3];
    return new Intl.NumberFormat(locale, {style: 'unit', unit, unitDisplay: 'long'}).format(Math.floor(seconds / size));
}

/** How the user's language writes times. */
export function useFormats(): Formats {
    const intl = useIntl();
    return useMemo(() => ({
        date: (time) => intl.formatDate(time, {dateStyle: 'medium'}),
        time: (time) => intl.formatDate(time, {dateStyle: 'medium', timeStyle: 'short'}),
        duration: (seconds) => formatDuration(intl.locale, seconds),
    }), [intl]);
}
