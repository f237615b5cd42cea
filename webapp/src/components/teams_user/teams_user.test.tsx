// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {screen} from '@testing-library/react';
import React from 'react';
import {afterEach, expect, test, vi} from 'vitest';

import {Host, serve} from '../../../test/host';
import {Plugin} from '../../plugin';

afterEach(() => {
    vi.unstubAllGlobals();
});

test.each([
    ['a user who stands for somebody in Teams', 'msteamssyncmirroredusers00', true],
    ['a user of a connected server', 'aaaaaaaaaaaaaaaaaaaaaaaaaa', false],
    ['a user of this server', undefined, false],
])('the card about %s', (_name, remoteId, labelled) => {
    serve('no network');
    const host = new Host();
    new Plugin().initialize(host.registry, host.store);
    host.render(<>{host.in('registerPopoverUserAttributesComponent', {user: {id: 'u', remote_id: remoteId}})}</>);
    expect(Boolean(screen.queryByText('Microsoft Teams user'))).toBe(labelled);
});
