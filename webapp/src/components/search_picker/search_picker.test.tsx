// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {act, fireEvent, screen, within} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, {useState} from 'react';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Host} from '../../../test/host';
import {ClientError} from '../../client';
import type {Found, TeamsTeam} from '../../requests/links';
import {Dialog} from '../dialog/dialog';
import {SearchPicker} from './search_picker';
import type {Search} from './use_search';

const user = userEvent.setup({advanceTimers: (ms) => vi.advanceTimersByTime(ms)});

beforeEach(() => {
    vi.useFakeTimers({shouldAdvanceTime: true});
});
afterEach(() => {
    vi.useRealTimers();
});

async function settle(ms = 0) {
    await act(() => vi.advanceTimersByTimeAsync(ms));
}

const team = (id: string): TeamsTeam => ({id, display_name: `Team ${id}`});

function Picker({search}: {search: Search<TeamsTeam>}) {
    const [chosen, setChosen] = useState<TeamsTeam | null>(null);
    return (
        <>
            <SearchPicker
                label='msteams_sync.link.team'
                search={search}
                chosen={chosen}
                onChoose={setChosen}
                textOf={({display_name: name}) => name}
                noteOf={({id}) => `note ${id}`}
                isBarred={({id}) => id === 'barred'}
            />
            <output>{chosen?.id ?? 'none'}</output>
        </>
    );
}

function draw(search: Search<TeamsTeam>) {
    new Host().render(<Picker search={search}/>);
    return screen.getByRole('combobox', {name: 'Team in Microsoft Teams'});
}

const options = () => screen.queryAllByRole('option').map((option) => option.textContent);

test('asks nothing before it is used, and at once when it is', async () => {
    const search = vi.fn(() => Promise.resolve({choices: [team('a'), team('b')], hasMore: false}));
    const field = draw(search);
    await settle(1000);
    expect(search).not.toHaveBeenCalled();
    await user.click(field);
    await settle();
    expect(search).toHaveBeenCalledExactlyOnceWith('', 0, expect.anything());
    expect(options()).toEqual(['Team anote a', 'Team bnote b']);
    expect(field).toHaveAttribute('aria-expanded', 'true');
});

test('waits until nobody types for a moment', async () => {
    const search = vi.fn((text: string) => Promise.resolve({choices: [team(text)], hasMore: false}));
    const field = draw(search);
    await user.click(field);
    await settle();
    await user.type(field, 'dem');
    await settle(300);
    expect(search.mock.calls.map(([text]) => text)).toEqual(['', 'dem']);
    expect(options()).toEqual(['Team demnote dem']);
});

test('what was found for another text goes at once', async () => {
    const field = draw((text) => Promise.resolve({choices: [team(text || 'all')], hasMore: false}));
    await user.click(field);
    await settle();
    expect(options()).toEqual(['Team allnote all']);
    fireEvent.change(field, {target: {value: 'x'}});
    expect(options()).toEqual([]);
    await settle(300);
    expect(options()).toEqual(['Team xnote x']);
});

test('is worked with the keyboard', async () => {
    const field = draw(() => Promise.resolve({choices: [team('a'), team('b')], hasMore: false}));
    field.focus();
    await user.keyboard('{ArrowDown}');
    await settle();
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(field).toHaveAttribute('aria-activedescendant', screen.getAllByRole('option')[1]?.id);
    expect(screen.getAllByRole('option')[1]).toHaveAttribute('aria-selected', 'true');
    await user.keyboard('{Enter}');
    expect(document.querySelector('output')).toHaveTextContent('b');
    expect(field).toHaveValue('Team b');
    expect(options()).toEqual([]);
});

test('the way down leads to further pages, and to the top only from the end', async () => {
    let answer: () => void = () => undefined;
    const search = vi.fn((_text: string, page: number) => new Promise<Found<TeamsTeam>>((resolve) => {
        answer = () => {
            resolve({choices: [team(`${page}a`), team(`${page}b`)], hasMore: page < 1});
        };
    }));
    const field = draw(search);
    await user.click(field);
    await settle();
    answer();
    await settle();
    const active = () => screen.getAllByRole('option').find(({id}) => id === field.getAttribute('aria-activedescendant'))?.textContent;
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}');
    expect(active()).toBe('Team 0bnote 0b');
    answer();
    await settle();
    expect(search.mock.calls.map(([, page]) => page)).toEqual([0, 1]);
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(active()).toBe('Team 1bnote 1b');
    await user.keyboard('{ArrowDown}');
    expect(active()).toBe('Team 0anote 0a');
    expect(search).toHaveBeenCalledTimes(2);
});

test('what the keyboard is at is scrolled into view', async () => {
    const scrolled: (string | null)[] = [];
    vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function scroll(this: Element, options?: boolean | ScrollIntoViewOptions) {
        expect(options).toEqual({block: 'nearest'});
        scrolled.push(this.textContent);
    });
    await user.click(draw(() => Promise.resolve({choices: [team('a'), team('b')], hasMore: false})));
    await settle();
    expect(scrolled).toEqual([]);
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(scrolled).toEqual(['Team anote a', 'Team bnote b']);
});

test.each([0, 1])('a failure at page %i can be repeated with the keyboard', async (bad) => {
    let fail = true;
    const search = vi.fn((_text: string, page: number) => (fail && page === bad ? Promise.reject(new ClientError('x', 503)) : Promise.resolve({choices: [team(String(page))], hasMore: page < 1})));
    await user.click(draw(search));
    await settle();
    await user.keyboard('{ArrowDown}{ArrowDown}');
    await settle();
    expect(screen.getByRole('alert')).toBeInTheDocument();
    fail = false;
    await user.keyboard('{ArrowDown}');
    await settle();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(options()).toHaveLength(bad + 1);
});

test('Escape closes the list and not the dialog around it', async () => {
    const dismiss = vi.fn();
    const search = () => Promise.resolve({choices: [team('a')], hasMore: false});
    new Host().render(
        <Dialog
            title='Title'
            onDismiss={dismiss}
            actions={<button>{'ok'}</button>}
        >
            <Picker search={search}/>
        </Dialog>,
    );
    await user.click(screen.getByRole('combobox'));
    await settle();
    expect(options()).toHaveLength(1);
    await user.keyboard('{Escape}');
    expect(options()).toEqual([]);
    expect(dismiss).not.toHaveBeenCalled();
    await user.keyboard('{Escape}');
    expect(dismiss).toHaveBeenCalledOnce();
});

test('typing again takes the choice back', async () => {
    const field = draw(() => Promise.resolve({choices: [team('a')], hasMore: false}));
    await user.click(field);
    await settle();
    await user.click(screen.getByRole('option'));
    expect(document.querySelector('output')).toHaveTextContent('a');
    await user.type(field, 'x');
    expect(document.querySelector('output')).toHaveTextContent('none');
});

test('what is barred is shown and cannot be chosen', async () => {
    const field = draw(() => Promise.resolve({choices: [team('barred')], hasMore: false}));
    await user.click(field);
    await settle();
    const option = screen.getByRole('option');
    expect(option).toHaveAttribute('aria-disabled', 'true');
    await user.click(option);
    expect(document.querySelector('output')).toHaveTextContent('none');
});

test('more pages come with the button and with scrolling', async () => {
    const search = vi.fn((_text: string, page: number) => Promise.resolve({choices: [team(String(page))], hasMore: page < 2}));
    const field = draw(search);
    await user.click(field);
    await settle();
    await user.click(screen.getByRole('button', {name: 'Show more'}));
    await settle();
    expect(options()).toEqual(['Team 0note 0', 'Team 1note 1']);
    act(() => {
        screen.getByRole('listbox').dispatchEvent(new Event('scroll', {bubbles: true}));
    });
    await settle();
    expect(options()).toHaveLength(3);
    expect(screen.queryByRole('button', {name: 'Show more'})).toBeNull();
});

test('a failure is told in the words of the server, and the question can be repeated', async () => {
    let fail = true;
    const search = vi.fn(() => (fail ? Promise.reject(new ClientError('x', 503, 'not_ready', 'The plugin is not ready.')) : Promise.resolve({choices: [team('a')], hasMore: false})));
    const field = draw(search);
    await user.click(field);
    await settle();
    expect(within(screen.getByRole('alert')).getByText('The plugin is not ready.')).toBeInTheDocument();
    fail = false;
    await user.click(screen.getByRole('button', {name: 'Try again'}));
    await settle();
    expect(options()).toHaveLength(1);
});

test('says that nothing was found', async () => {
    const field = draw(() => Promise.resolve({choices: [], hasMore: false}));
    await user.click(field);
    await settle();
    expect(screen.getByText('Nothing was found.')).toBeInTheDocument();
});

test('an answer to an older question is dropped', async () => {
    const answers: Record<string, (found: {choices: TeamsTeam[]; hasMore: boolean}) => void> = {};
    const field = draw((text) => new Promise((resolve) => {
        answers[text] = resolve;
    }));
    await user.click(field);
    await settle();
    await user.type(field, 'n');
    await settle(300);
    answers.n?.({choices: [team('new')], hasMore: false});
    await settle();
    answers['']?.({choices: [team('old')], hasMore: false});
    await settle();
    expect(options()).toEqual(['Team newnote new']);
});
