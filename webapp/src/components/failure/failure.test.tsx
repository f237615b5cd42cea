// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {IntlProvider} from 'react-intl';
import {expect, test, vi} from 'vitest';

import {ClientError} from '../../client';
import {english} from '../../i18n/translations';

import {Failure} from './failure';

function draw(error: unknown, onRetry?: () => void) {
    render(
        <IntlProvider
            locale='en'
            messages={english}
        >
            <Failure
                error={error}
                onRetry={onRetry}
            />
        </IntlProvider>,
    );
}

test("the server's words are shown, and another try is a button", async () => {
    const retry = vi.fn();
    draw(new ClientError('POST /api/v1/links: the server answered 409', 409, 'conflict', 'This channel is linked already.'), retry);
    expect(screen.getByRole('alert')).toHaveTextContent('This channel is linked already.');
    await userEvent.click(screen.getByRole('button', {name: english['msteams_sync.failure.retry']}));
    expect(retry).toHaveBeenCalledOnce();
});

test('without words of the server the plugin has its own, and without another try no button', () => {
    draw(new TypeError('Failed to fetch'));
    expect(screen.getByRole('alert')).toHaveTextContent(english['msteams_sync.failure.no_answer']);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
});
