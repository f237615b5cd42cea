// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen} from '@testing-library/react';
import React from 'react';
import {expect, test} from 'vitest';

import {Notice} from './notice';

test('a notice is announced and leaves the focus where it is', () => {
    const {container} = render(
        <>
            <input autoFocus={true}/>
            <Notice actions={<button type='button'>{'Try again'}</button>}>{'It did not work.'}</Notice>
        </>,
    );
    expect(screen.getByRole('status')).toHaveTextContent('It did not work.');
    expect(screen.getByRole('button', {name: 'Try again'})).toBeInTheDocument();
    expect(container.querySelector('input')).toHaveFocus();
});
