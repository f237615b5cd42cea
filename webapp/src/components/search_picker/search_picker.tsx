// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect, useRef, useState} from 'react';
import type {ReactNode, UIEvent} from 'react';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import {Failure} from '../failure/failure';
import {useSearch} from './use_search';
import type {Search} from './use_search';

interface Props<Choice> {
    label: MessageId;

    /** Has to stay the same function as long as it searches the same things (useCallback). */
    search: Search<Choice>;
    chosen: Choice | null;
    onChoose: (choice: Choice | null) => void;
    textOf: (choice: Choice) => string;

    /** More about a choice, in small print. */
    noteOf?: (choice: Choice) => ReactNode;

    /** A choice that is shown and cannot be chosen. */
    isBarred?: (choice: Choice) => boolean;
    disabled?: boolean;
}

// React 17 has no useId.
let drawn = 0;

/** How near the end of the list, in pixels, the next page is asked for. */
const nearTheEnd = 40;

/**
 * A field that searches on the server while one types (WAI-ARIA Authoring Practices, "Editable Combobox With List
 * Autocomplete").
 */
export function SearchPicker<Choice extends {id: string}>({label, search, chosen, onChoose, textOf, noteOf, isBarred, disabled}: Props<Choice>) {
    const [id] = useState(() => `msteams-sync-picker-${++drawn}`);
    const [typed, setTyped] = useState('');
    const [open, setOpen] = useState(false);
    const [active, setActive] = useState(-1);
    const input = useRef<HTMLInputElement>(null);
    const list = useRef<HTMLUListElement>(null);
    const {choices, hasMore, busy, error, more, again} = useSearch(search, typed, open);
    const shown = open && !disabled;

    const choose = (choice: Choice | undefined) => {
        if (choice && !isBarred?.(choice)) {
            onChoose(choice);
            setTyped('');
            setOpen(false);
            setActive(-1);
        }
    };
    const moreToCome = hasMore && !busy && !error;
    const move = (by: number) => {
        setOpen(true);
        if (by > 0 && active === choices.length - 1 && (hasMore || Boolean(error))) {

            // The way down leads on to what is still to come, and back to the top only from the end: the buttons below are
            // out of the keyboard's reach, as the list goes when the field loses the focus.
            if (!busy) {
                (error && !choices.length ? again : more)();
            }
            return;
        }
        setActive((before) => (choices.length ? (before + by + choices.length) % choices.length : -1));
    };

    // A dialog keeps keys to itself before React sees them, so the field listens by itself.
    const onKey = useRef<(event: KeyboardEvent) => void>(() => undefined);
    useEffect(() => {
        onKey.current = (event) => {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
                move(event.key === 'ArrowUp' ? -1 : (Number(shown) || Number(active < 0)));
                event.preventDefault();
            } else if (event.key === 'Enter' && shown) {
                choose(choices[active]);
                event.preventDefault();
            } else if (event.key === 'Escape' && shown) {
                setOpen(false);

                // The dialog around it stays open.
                event.stopPropagation();
            }
        };
    });
    useEffect(() => {
        const element = input.current;
        const listen = (event: KeyboardEvent) => {
            onKey.current(event);
        };
        element?.addEventListener('keydown', listen);
        return () => {
            element?.removeEventListener('keydown', listen);
        };
    }, []);

    // The focus stays in the field, so that browsers do not scroll the list along.
    useEffect(() => {
        if (shown && active >= 0) {
            list.current?.children[active]?.scrollIntoView({block: 'nearest'});
        }
    }, [shown, active]);

    const onScroll = ({currentTarget: {scrollHeight, scrollTop, clientHeight}}: UIEvent<HTMLElement>) => {
        if (moreToCome && scrollHeight - scrollTop - clientHeight < nearTheEnd) {
            more();
        }
    };
    return (
        <div className='msteams-sync-picker'>
            <label htmlFor={id}><Text id={label}/></label>
            <input
                ref={input}
                id={id}
                className='form-control'
                type='text'
                role='combobox'
                autoComplete='off'
                aria-autocomplete='list'
                aria-expanded={shown}
                aria-controls={`${id}-list`}
                {...(shown && active >= 0 && {'aria-activedescendant': `${id}-${active}`})}
                disabled={disabled}
                value={chosen ? textOf(chosen) : typed}
                onChange={(event) => {
                    onChoose(null);
                    setTyped(event.target.value);
                    setActive(-1);
                    setOpen(true);
                }}
                onClick={() => {
                    setOpen(true);
                }}
                onBlur={() => {
                    setOpen(false);
                }}
            />
            {shown && (
                <div
                    className='msteams-sync-picker__drop'

                    // The list goes when the field loses the focus, which a click would take.
                    onMouseDown={(event) => {
                        event.preventDefault();
                    }}
                >
                    <ul
                        ref={list}
                        id={`${id}-list`}
                        className='msteams-sync-picker__list'
                        role='listbox'
                        aria-busy={busy}
                        onScroll={onScroll}
                    >
                        {choices.map((choice, index) => (
                            <li
                                key={choice.id}
                                id={`${id}-${index}`}
                                role='option'
                                aria-selected={index === active}
                                aria-disabled={isBarred?.(choice) ?? false}
                                className={index === active ? 'msteams-sync-picker__active' : ''}
                                onClick={() => {
                                    choose(choice);
                                }}
                            >
                                {textOf(choice)}
                                {noteOf && <small>{noteOf(choice)}</small>}
                            </li>
                        ))}
                    </ul>
                    {moreToCome && (
                        <button
                            type='button'
                            className='btn btn-tertiary btn-sm'
                            tabIndex={-1}
                            onClick={more}
                        >
                            <Text id='msteams_sync.picker.more'/>
                        </button>
                    )}
                    <div role='status'>
                        {busy && <Text id='msteams_sync.picker.searching'/>}
                        {!busy && !error && !choices.length && <Text id='msteams_sync.picker.nothing'/>}
                    </div>
                    {!busy && Boolean(error) && (
                        <Failure
                            error={error}
                            onRetry={again}
                        />
                    )}
                </div>
            )}
        </div>
    );
}
