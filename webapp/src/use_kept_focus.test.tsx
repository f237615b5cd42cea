// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen, waitFor} from '@testing-library/react';
import React, {useRef} from 'react';
import {expect, test} from 'vitest';

import {useKeptFocus} from './use_kept_focus';

function Box({shown}: {shown: boolean}) {
    const box = useRef<HTMLDivElement>(null);
    const heading = useRef<HTMLHeadingElement>(null);
    useKeptFocus(box, () => heading.current);
    return (
        <>
            <button>{'outside'}</button>
            <div ref={box}>
                <h2
                    ref={heading}
                    tabIndex={-1}
                >
                    {'heading'}
                </h2>
                {shown && <button>{'inside'}</button>}
            </div>
        </>
    );
}

test('what had the focus and goes leaves it to what is near', async () => {
    const {rerender} = render(<Box shown={true}/>);
    screen.getByText('inside').focus();
    rerender(<Box shown={false}/>);
    await waitFor(() => {
        expect(screen.getByText('heading')).toHaveFocus();
    });
});

test.each([
    ['elsewhere', 'outside', (name: string) => screen.getByText(name)],
    ['nowhere', 'nothing', () => document.body],
])('who is %s keeps the focus', async (_name, name, expected) => {
    const {rerender} = render(<Box shown={true}/>);
    screen.getByText('inside').focus();
    if (name === 'outside') {
        screen.getByText(name).focus();
    } else {
        screen.getByText('inside').blur();
    }
    await Promise.resolve();
    rerender(<Box shown={false}/>);
    await Promise.resolve();
    expect(expected(name)).toHaveFocus();
});
