// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useRef} from 'react';
import {useSelector} from 'react-redux';

import {Text, useText} from '../../i18n/text';
import {myConnection} from '../../requests/account';
import {selectPart} from '../../state/plugin_state';
import {useKeptFocus} from '../../use_kept_focus';
import {useRequest} from '../../use_request';
import {Failure} from '../failure/failure';
import {AccountSection} from './account_section';
import {LinkList} from './link_list';

/** The plugin's right-hand sidebar: the user's own Teams account, and the links. */
export function Sidebar() {
    const {changes} = useSelector((state: GlobalState) => selectPart(state, 'links'));
    const text = useText();
    const {answer: mine, error, again} = useRequest(myConnection, changes);
    const account = useRef<HTMLElement>(null);
    useKeptFocus(account, () => account.current?.querySelector('button') ?? account.current);
    return (
        <div className='msteams-sync-sidebar'>
            <section
                ref={account}
                aria-label={text('msteams_sync.sidebar.account')}
                tabIndex={-1}
            >
                <h3><Text id='msteams_sync.sidebar.account'/></h3>
                {!mine && error === null && <p role='status'><Text id='msteams_sync.link.loading'/></p>}
                {error !== null && (
                    <Failure
                        error={error}
                        onRetry={again}
                    />
                )}
                {mine && (
                    <AccountSection
                        mine={mine}
                        onChanged={again}
                    />
                )}
            </section>
            <LinkList/>
        </div>
    );
}
