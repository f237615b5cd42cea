// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {expect, test} from 'vitest';

import {Question} from './question';
import {useAsking} from './use_asking';

function Buttons() {
    const {asking, ask, leave, around} = useAsking<'one' | 'two'>();
    return (
        <div ref={around}>
            {asking === null ? (['one', 'two'] as const).map((name) => (
                <button
                    key={name}
                    data-asks={name}
                    onClick={() => {
                        ask(name);
                    }}
                >
                    {name}
                </button>
            )) : (
                <Question text={`Really ${asking}?`}>
                    <button>{'yes'}</button>
                    <button onClick={leave}>{'no'}</button>
                </Question>
            )}
        </div>
    );
}

test('a question takes the focus of the button that it replaces, and gives it back', async () => {
    render(<Buttons/>);
    expect(document.body).toHaveFocus();
    await userEvent.click(screen.getByText('two'));
    expect(screen.getByRole('group', {name: 'Really two?'})).toContainElement(screen.getByText('yes'));
    expect(screen.getByText('yes')).toHaveFocus();
    await userEvent.click(screen.getByText('no'));
    expect(screen.getByText('two')).toHaveFocus();
});
