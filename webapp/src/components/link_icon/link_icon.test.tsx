// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render} from '@testing-library/react';
import React from 'react';
import {expect, test} from 'vitest';

import {LinkIcon, linkIconURL} from './link_icon';

test('the sign takes the colour of the text and says nothing to screen readers: its button does', () => {
    const {container} = render(<LinkIcon/>);
    const drawing = container.querySelector('svg');
    expect(drawing).toHaveAttribute('aria-hidden', 'true');
    for (const path of container.querySelectorAll('path')) {
        expect(path).toHaveAttribute('fill', 'currentColor');
    }
});

test('the address is a whole picture by itself', () => {
    const [type, picture = ''] = linkIconURL.split(',', 2);
    expect(type).toBe('data:image/svg+xml');
    const parsed = new DOMParser().parseFromString(decodeURIComponent(picture), 'image/svg+xml');
    expect(parsed.querySelector('parsererror')).toBeNull();
    expect(parsed.querySelectorAll('path')).toHaveLength(2);
});

test('as an address it holds nothing that ends an address', () => {
    expect(linkIconURL).not.toMatch(/[<>"# ]/);
});
