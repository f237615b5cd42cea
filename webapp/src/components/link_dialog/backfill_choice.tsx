// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {useText} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';

interface Props {
    label: MessageId;

    /** What comes of it. */
    help: MessageId;
    days: number;
    onChange: (days: number) => void;
}

/** Days of old messages that can be chosen; 240 is as far back as Graph goes. */
const choices: readonly [number, MessageId][] = [
    [0, 'msteams_sync.link.backfill_none'],
    [7, 'msteams_sync.link.backfill_7'],
    [30, 'msteams_sync.link.backfill_30'],
    [240, 'msteams_sync.link.backfill_240'],
];

// React 17 has no useId.
let drawn = 0;

/** How many old messages come along in one direction: this cannot be made up for later. */
export function BackfillChoice({label, help, days, onChange}: Props) {
    const [id] = useState(() => `msteams-sync-backfill-${++drawn}`);
    const text = useText();
    return (
        <div className='msteams-sync-picker'>
            <label htmlFor={id}>{text(label)}</label>
            <select
                id={id}
                className='form-control'
                aria-describedby={`${id}-help`}
                value={days}
                onChange={(event) => {
                    onChange(Number(event.target.value));
                }}
            >
                {choices.map(([value, message]) => (
                    <option
                        key={value}
                        value={value}
                    >
                        {text(message)}
                    </option>
                ))}
            </select>
            <small id={`${id}-help`}>{text(help)}</small>
        </div>
    );
}
