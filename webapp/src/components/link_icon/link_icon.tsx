// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

// Two speech bubbles that overlap, with an arrow to each side where they do. Drawn for this plugin.
const left = 'M4.2 3h7.6A2.2 2.2 0 0 1 14 5.2v.9h-3.3A3.7 3.7 0 0 0 7 9.8v4.4L4.4 16v-3.1A2.2 2.2 0 0 1 2 10.7V5.2A2.2 2.2 0 0 1 4.2 3z';
const right = 'M10.7 8h7.1A2.2 2.2 0 0 1 20 10.2v5.5a2.2 2.2 0 0 1-2.2 2.2h-.6V21l-3.6-3.1h-2.9a2.2 2.2 0 0 1-2.2-2.2v-5.5A2.2 2.2 0 0 1 10.7 8z';
const arrows = 'M12.4 10.4 10.6 12l1.8 1.6v-1h3.8v1l1.8-1.6-1.8-1.6v1h-3.8z';

/** The plugin's sign beside other icons, in the colour of the text. */
export function LinkIcon() {
    return (
        <svg
            className='msteams-sync-icon'
            width='18'
            height='18'
            viewBox='0 0 22 22'
            aria-hidden='true'
            focusable='false'
        >
            <path
                d={left}
                fill='currentColor'
                opacity='0.56'
            />
            <path
                d={right + arrows}
                fill='currentColor'
                fillRule='evenodd'
            />
        </svg>
    );
}

/** The same as an address, for where the host draws a picture: white on blue, as pictures take no colour from the page. */
export const linkIconURL = `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="-5 -5 32 32"><rect x="-5" y="-5" width="32" height="32" rx="7" fill="#1c58d9"/>' +
    `<path d="${left}" fill="#fff" opacity=".7"/><path d="${right + arrows}" fill="#fff" fill-rule="evenodd"/></svg>`,
)}`;
