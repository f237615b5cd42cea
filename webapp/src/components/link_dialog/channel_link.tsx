// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback, useRef} from 'react';
import {useDispatch, useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {channelState} from '../../requests/links';
import type {ChannelState} from '../../requests/links';
import {selectPart} from '../../state/plugin_state';
import {useKeptFocus} from '../../use_kept_focus';
import {useRequest} from '../../use_request';
import {Failure} from '../failure/failure';
import {useAsking} from '../question/use_asking';
import {LinkDetails} from './link_details';
import {LinkForm} from './link_form';
import {UnlinkQuestion} from './unlink_question';

interface Props {
    channelId: string;
}

/** One channel's link: what it is linked with, or how to link it. For a dialog and for the channel's settings. */
export function ChannelLink({channelId}: Props) {
    const {changes} = useSelector((state: GlobalState) => selectPart(state, 'links'));
    const dispatch = useDispatch();
    const ask = useCallback((signal: AbortSignal) => channelState(channelId, signal), [channelId]);
    const {answer, error, again} = useRequest(ask, changes);
    const box = useRef<HTMLDivElement>(null);

    // Linked or unlinked, the buttons change; what it is now stands at the top.
    useKeptFocus(box, () => box.current?.querySelector('p') ?? null);
    const changed = useCallback(() => {
        dispatch({type: 'msteams_sync/links_changed'});
    }, [dispatch]);

    return (
        <div
            ref={box}
            className='msteams-sync-channel-link'
        >
            {!answer && error !== null && (
                <Failure
                    error={error}
                    onRetry={again}
                />
            )}
            {!answer && error === null && (
                <p
                    role='status'
                    tabIndex={-1}
                >
                    <Text id='msteams_sync.link.loading'/>
                </p>
            )}
            {answer && (
                <>
                    <p tabIndex={-1}>
                        <Text
                            id={introduction(answer)}
                            values={{channel: answer.channel.display_name, team: answer.channel.team_display_name}}
                        />
                    </p>
                    <Standing
                        state={answer}
                        onChanged={changed}
                    />
                </>
            )}
        </div>
    );
}

function introduction({link}: ChannelState) {
    if (!link) {
        return 'msteams_sync.link.not_linked';
    }
    return link.state === 'pending_approval' ? 'msteams_sync.link.waits' : 'msteams_sync.link.linked';
}

function Standing({state, onChanged}: {state: ChannelState; onChanged: () => void}) {
    const {asking, ask, leave, around} = useAsking<'unlink'>();
    const {link, channel, refused, needs_approval: needsApproval} = state;
    if (!link) {
        return refused ? <p className='msteams-sync-dialog__error'>{refused}</p> : (
            <LinkForm
                channel={channel}
                needsApproval={needsApproval}
                onLinked={onChanged}
            />
        );
    }
    return (
        <div ref={around}>
            <LinkDetails link={link}/>
            {asking && (
                <UnlinkQuestion
                    link={link}
                    onUnlinked={() => {
                        leave();
                        onChanged();
                    }}
                    onKeep={leave}
                />
            )}
            {link.can_manage && !asking && (
                <button
                    type='button'
                    className='btn btn-danger'
                    data-asks='unlink'
                    onClick={() => {
                        ask('unlink');
                    }}
                >
                    <Text id={link.state === 'pending_approval' ? 'msteams_sync.unlink.withdraw' : 'msteams_sync.unlink.unlink'}/>
                </button>
            )}
        </div>
    );
}
