// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {render, screen, waitFor} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import {expect, test, vi} from 'vitest';

import {Dialog} from './dialog';

function draw(onDismiss?: () => void) {
    return render(
        <>
            <button>{'outside'}</button>
            <Dialog
                title='Title'
                onDismiss={onDismiss}
                actions={(
                    <>
                        <button>{'first'}</button>
                        <button>{'last'}</button>
                    </>
                )}
            >
                {'Text'}
            </Dialog>
        </>,
    );
}

test('is announced as a modal dialog with its title and text', () => {
    draw();
    const dialog = screen.getByRole('dialog', {name: 'Title', description: 'Text'});
    expect(dialog).toHaveAttribute('aria-modal', 'true');
    expect(dialog.parentElement?.parentElement).toBe(document.body);
});

test('takes the focus to its main button and Tab goes round inside', async () => {
    draw();
    const first = screen.getByText('first');
    const last = screen.getByText('last');
    expect(first).toHaveFocus();
    await userEvent.tab({shift: true});
    expect(last).toHaveFocus();
    await userEvent.tab();
    expect(first).toHaveFocus();
    await userEvent.tab();
    expect(last).toHaveFocus();
});

test('focus that the page moves away comes back to where it was', async () => {
    draw();
    await userEvent.tab();
    screen.getByText('outside').focus();
    expect(screen.getByText('last')).toHaveFocus();
});

test('keys do not reach the shortcuts of the page', async () => {
    const shortcut = vi.fn();
    document.addEventListener('keydown', shortcut);
    draw();
    await userEvent.keyboard('{Control>}k{/Control}{Escape}');
    document.removeEventListener('keydown', shortcut);
    expect(shortcut).not.toHaveBeenCalled();
});

test('Escape dismisses where that is allowed', async () => {
    const dismiss = vi.fn();
    draw(dismiss);
    await userEvent.keyboard('{Escape}');
    expect(dismiss).toHaveBeenCalledOnce();
});

test('keys are still its own when what had the focus is gone', async () => {
    const dismiss = vi.fn();
    const shortcut = vi.fn();
    document.addEventListener('keydown', shortcut);
    draw(dismiss);
    screen.getByText('first').remove();
    expect(document.body).toHaveFocus();
    await userEvent.tab();
    expect(screen.getByText('last')).toHaveFocus();
    screen.getByText('last').blur();
    await userEvent.keyboard('{Escape}');
    document.removeEventListener('keydown', shortcut);
    expect(dismiss).toHaveBeenCalledOnce();
    expect(shortcut).not.toHaveBeenCalled();
});

test('gives the focus back when it goes', () => {
    const {rerender} = render(<button>{'before'}</button>);
    screen.getByText('before').focus();
    rerender(
        <>
            <button>{'before'}</button>
            <Dialog
                title='Title'
                actions={<button>{'ok'}</button>}
            >
                {'Text'}
            </Dialog>
        </>,
    );
    rerender(<button>{'before'}</button>);
    expect(screen.getByText('before')).toHaveFocus();
});

test('where what opened it is gone, the focus goes to where the page wanted it', () => {
    const draw = (menu: boolean, dialog: boolean) => (
        <>
            <button>{'menu button'}</button>
            {menu && <button>{'entry of the menu'}</button>}
            {dialog && (
                <Dialog
                    title='Title'
                    actions={<button>{'ok'}</button>}
                >
                    {'Text'}
                </Dialog>
            )}
        </>
    );
    const {rerender} = render(draw(true, false));
    screen.getByText('entry of the menu').focus();
    rerender(draw(true, true));
    rerender(draw(false, true));
    screen.getByText('menu button').focus();
    expect(screen.getByText('ok')).toHaveFocus();
    rerender(draw(false, false));
    expect(screen.getByText('menu button')).toHaveFocus();
});

test('where nothing had the focus, it goes to the message box', () => {
    const box = <textarea id='post_textbox'/>;
    const {rerender} = render(box);
    rerender(
        <>
            {box}
            <Dialog
                title='Title'
                actions={<button>{'ok'}</button>}
            >
                {'Text'}
            </Dialog>
        </>,
    );
    rerender(<>{box}</>);
    expect(screen.getByRole('textbox')).toHaveFocus();
});

test('the focus stays in it when what has it goes', async () => {
    const draw = (shown: boolean) => (
        <Dialog
            title='Title'
            actions={<button>{'ok'}</button>}
        >
            {shown && <button>{'goes'}</button>}
        </Dialog>
    );
    const {rerender} = render(draw(true));
    screen.getByText('goes').focus();
    rerender(draw(false));
    await waitFor(() => {
        expect(screen.getByRole('dialog')).toHaveFocus();
    });
});

test('of two only the topmost keeps the keyboard, until it goes', async () => {
    const dismissed: string[] = [];
    const dialog = (title: string) => (
        <Dialog
            key={title}
            title={title}
            onDismiss={() => {
                dismissed.push(title);
            }}
            actions={<button>{`ok ${title}`}</button>}
        >
            {'Text'}
        </Dialog>
    );
    const {rerender} = render(<>{dialog('lower')}</>);
    rerender(<>{[dialog('lower'), dialog('upper')]}</>);
    expect(screen.getByText('ok upper')).toHaveFocus();
    screen.getByText('ok lower').focus();
    expect(screen.getByText('ok upper')).toHaveFocus();
    await userEvent.keyboard('{Escape}');
    screen.getByText('ok upper').blur();
    await userEvent.keyboard('{Escape}');
    expect(dismissed).toEqual(['upper', 'upper']);
    expect(screen.getByText('ok upper')).toHaveFocus();

    rerender(<>{[dialog('lower')]}</>);
    await userEvent.keyboard('{Escape}');
    expect(dismissed).toEqual(['upper', 'upper', 'lower']);
});

test('the lower of two takes no focus when it goes', () => {
    const {rerender} = render(<button>{'before'}</button>);
    screen.getByText('before').focus();
    const dialog = (title: string) => (
        <Dialog
            key={title}
            title={title}
            actions={<button>{`ok ${title}`}</button>}
        >
            {'Text'}
        </Dialog>
    );
    const before = <button key='before'>{'before'}</button>;
    rerender(<>{[before, dialog('lower')]}</>);
    rerender(<>{[before, dialog('lower'), dialog('upper')]}</>);
    rerender(<>{[before, dialog('upper')]}</>);
    expect(screen.getByText('ok upper')).toHaveFocus();
});
