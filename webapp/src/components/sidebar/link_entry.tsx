// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import {approveRequest, resyncChannel} from '../../requests/links';
import type {Link} from '../../requests/links';
import {Failure} from '../failure/failure';
import {LinkDetails} from '../link_dialog/link_details';
import {UnlinkQuestion} from '../link_dialog/unlink_question';
import {useAsking} from '../question/use_asking';
import {RefuseQuestion} from './refuse_question';

interface Props {
    link: Link;
    onChanged: () => void;
}

/** One link in the list, with what the user may do about it. */
export function LinkEntry({link, onChanged}: Props) {
    const {asking, ask, leave, around} = useAsking<'unlink' | 'refuse'>();
    const [busy, setBusy] = useState(false);
    const [done, setDone] = useState(false);
    const [failure, setFailure] = useState<unknown>(null);
    const act = async (action: () => Promise<void>) => {
        setBusy(true);
        setFailure(null);
        try {
            await action();
            setDone(true);
            onChanged();
        } catch (error) {
            setFailure(error);
        }
        setBusy(false);
    };
    const button = (text: MessageId, action: () => Promise<void>) => (
        <button
            type='button'
            className='btn btn-tertiary btn-sm'
            aria-disabled={busy}
            onClick={() => {
                if (!busy) {
                    void act(action);
                }
            }}
        >
            <Text id={text}/>
        </button>
    );
    const opener = (name: 'unlink' | 'refuse', text: MessageId) => (
        <button
            type='button'
            className='btn btn-tertiary btn-sm'
            data-asks={name}
            onClick={() => {
                ask(name);
            }}
        >
            <Text id={text}/>
        </button>
    );
    const pending = link.state === 'pending_approval';
    return (
        <li className='msteams-sync-entry'>
            <h4>
                {link.channel.display_name}
                <small>{link.channel.team_display_name}</small>
            </h4>
            <LinkDetails link={link}/>
            {failure !== null && <Failure error={failure}/>}
            <div role='status'>
                {done && !pending && <Text id='msteams_sync.sidebar.resync_begun'/>}
            </div>
            {asking === 'unlink' && (
                <UnlinkQuestion
                    link={link}
                    onUnlinked={onChanged}
                    onKeep={leave}
                />
            )}
            {asking === 'refuse' && (
                <RefuseQuestion
                    link={link}
                    onRefused={onChanged}
                    onLeave={leave}
                />
            )}
            {asking === null && (
                <div
                    ref={around}
                    className='msteams-sync-sidebar__actions'
                >
                    {link.can_approve && button('msteams_sync.sidebar.approve', () => approveRequest(link.id))}
                    {link.can_approve && opener('refuse', 'msteams_sync.sidebar.refuse')}
                    {link.can_manage && !pending && button('msteams_sync.sidebar.resync', () => resyncChannel(link.channel_id))}
                    {link.can_manage && opener('unlink', pending ? 'msteams_sync.unlink.withdraw' : 'msteams_sync.unlink.unlink')}
                </div>
            )}
        </li>
    );
}
