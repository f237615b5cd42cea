// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import type {ComponentProps} from 'react';
import {IntlProvider} from 'react-intl';
import {expect, test, vi} from 'vitest';

import {ClientError} from '../../client';
import {english} from '../../i18n/translations';
import {Question} from './question';
import {QuestionDialog} from './question_dialog';
import {useAsking} from './use_asking';

const words = {yes: 'msteams_sync.unlink.unlink', no: 'msteams_sync.unlink.keep'} as const;

function Buttons({deed = () => Promise.resolve(), onDone = () => undefined}: Partial<ComponentProps<typeof Question>>) {
    const {asking, ask, leave, around} = useAsking<'one' | 'two'>();
    return (
        <IntlProvider
            locale='en'
            messages={english}
        >
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
                    <Question
                        {...words}
                        text={`Really ${asking}?`}
                        deed={deed}
                        onDone={onDone}
                        onLeave={leave}
                    />
                )}
            </div>
        </IntlProvider>
    );
}

function InDialog(props: Partial<ComponentProps<typeof QuestionDialog>>) {
    return (
        <IntlProvider
            locale='en'
            messages={english}
        >
            <QuestionDialog
                {...words}
                title='Really?'
                text='It cannot be taken back.'
                deed={() => Promise.resolve()}
                onDone={() => undefined}
                onLeave={() => undefined}
                {...props}
            />
        </IntlProvider>
    );
}

test('a question takes the focus of the button that it replaces, and gives it back', async () => {
    const deed = vi.fn();
    render(<Buttons deed={deed}/>);
    expect(document.body).toHaveFocus();
    await userEvent.click(screen.getByText('two'));
    expect(screen.getByRole('group', {name: 'Really two?'})).toContainElement(screen.getByText('Unlink'));
    expect(screen.getByText('Unlink')).toHaveFocus();
    await userEvent.click(screen.getByText('Keep it'));
    expect(screen.getByText('two')).toHaveFocus();
    expect(deed).not.toHaveBeenCalled();
});

test('a question as a dialog can be left', async () => {
    const deed = vi.fn();
    const onLeave = vi.fn();
    render(
        <InDialog
            deed={deed}
            onLeave={onLeave}
        />,
    );
    expect(screen.getByRole('dialog', {name: 'Really?'})).toHaveTextContent('It cannot be taken back.');
    await userEvent.click(screen.getByText('Keep it'));
    await userEvent.keyboard('{Escape}');
    expect(onLeave).toHaveBeenCalledTimes(2);
    expect(deed).not.toHaveBeenCalled();
});

test.each<[string, (deed: () => Promise<void>, onDone: () => void) => Promise<void>]>([
    ['in place', async (deed, onDone) => {
        render(
            <Buttons
                deed={deed}
                onDone={onDone}
            />,
        );
        await userEvent.click(screen.getByText('one'));
    }],
    ['as a dialog', (deed, onDone) => {
        render(
            <InDialog
                deed={deed}
                onDone={onDone}
            />,
        );
        return Promise.resolve();
    }],
])('asked %s it does once what was asked about, tells a failure, and can be tried again', async (_name, ask) => {
    let fail: (error: unknown) => void = () => undefined;
    const deed = vi.fn(() => new Promise<void>((_resolve, reject) => {
        fail = reject;
    }));
    const onDone = vi.fn();
    await ask(deed, onDone);
    const yes = screen.getByRole('button', {name: 'Unlink'});
    await userEvent.click(yes);
    await userEvent.click(yes);
    expect(deed).toHaveBeenCalledOnce();
    expect(yes).toHaveAttribute('aria-disabled', 'true');
    fail(new ClientError('DELETE', 403, 'forbidden', 'You may not.'));
    expect(await screen.findByRole('alert')).toHaveTextContent('You may not.');
    expect(onDone).not.toHaveBeenCalled();
    deed.mockResolvedValue();
    await userEvent.click(yes);
    await waitFor(() => {
        expect(onDone).toHaveBeenCalledOnce();
    });
    expect(screen.queryByRole('alert')).toBeNull();
});
