// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback, useRef, useState} from 'react';
import type {UIEvent} from 'react';
import {useDispatch, useSelector} from 'react-redux';

import {Text, useText} from '../../i18n/text';
import {openLinkDialog} from '../../state/links';
import {selectPart} from '../../state/plugin_state';
import {useKeptFocus} from '../../use_kept_focus';
import {Failure} from '../failure/failure';
import {LinkEntry} from './link_entry';
import {useLinkList} from './use_link_list';

/** How near the end of the list, in pixels, the next page is asked for. */
const nearTheEnd = 120;

/** All links that the user may see, with a search and a button that makes one. */
export function LinkList() {
    const {changes} = useSelector((state: GlobalState) => selectPart(state, 'links'));
    const dispatch = useDispatch();
    const text = useText();
    const [typed, setTyped] = useState('');
    const {links, total, hasMore, busy, error, fresh, more, again} = useLinkList(typed, changes);
    const changed = useCallback(() => {
        dispatch({type: 'msteams_sync/links_changed'});
    }, [dispatch]);
    const section = useRef<HTMLElement>(null);
    const list = useRef<HTMLUListElement>(null);
    const linkButton = useRef<HTMLButtonElement>(null);
    useKeptFocus(section, () => (list.current?.childElementCount ? list.current : linkButton.current));
    const onScroll = ({currentTarget: {scrollHeight, scrollTop, clientHeight}}: UIEvent<HTMLElement>) => {
        if (hasMore && !busy && error === null && scrollHeight - scrollTop - clientHeight < nearTheEnd) {
            more();
        }
    };
    return (
        <section
            ref={section}
            className='msteams-sync-sidebar__links'
            aria-label={text('msteams_sync.sidebar.links')}
        >
            <h3><Text id='msteams_sync.sidebar.links'/></h3>
            <div className='msteams-sync-sidebar__actions'>
                <button
                    ref={linkButton}
                    type='button'
                    className='btn btn-primary btn-sm'
                    onClick={() => {
                        dispatch(openLinkDialog(''));
                    }}
                >
                    <Text id='msteams_sync.sidebar.link_a_channel'/>
                </button>
            </div>
            {(typed !== '' || total > 0 || fresh) && (
                <input
                    className='form-control'
                    type='search'
                    aria-label={text('msteams_sync.sidebar.search')}
                    placeholder={text('msteams_sync.sidebar.search')}
                    value={typed}
                    onChange={(event) => {
                        setTyped(event.target.value);
                    }}
                />
            )}
            {error !== null && (
                <Failure
                    error={error}
                    onRetry={again}
                />
            )}
            <div role='status'>
                {fresh && busy && <Text id='msteams_sync.link.loading'/>}
                {!fresh && error === null && total === 0 && <Text id={typed === '' ? 'msteams_sync.sidebar.nothing_linked' : 'msteams_sync.picker.nothing'}/>}
            </div>
            <ul
                ref={list}
                className='msteams-sync-sidebar__list'
                tabIndex={0}
                aria-label={text('msteams_sync.sidebar.links')}
                onScroll={onScroll}
            >
                {links.map((link) => (
                    <LinkEntry
                        key={link.id}
                        link={link}
                        onChanged={changed}
                    />
                ))}
            </ul>
            {hasMore && (
                <button
                    type='button'
                    className='btn btn-tertiary btn-sm'
                    aria-disabled={busy}
                    onClick={() => {
                        if (!busy) {
                            more();
                        }
                    }}
                >
                    <Text id='msteams_sync.picker.more'/>
                </button>
            )}
        </section>
    );
}
