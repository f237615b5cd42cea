// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text} from '../../i18n/text';
import {unlinkChannel} from '../../requests/links';
import type {Link} from '../../requests/links';
import {Failure} from '../failure/failure';
import {Question} from '../question/question';

interface Props {
    link: Link;
    onUnlinked: () => void;
    onKeep: () => void;
}

/** Asks before a channel is unlinked, or before a request is taken back. */
export function UnlinkQuestion({link, onUnlinked, onKeep}: Props) {
    const [busy, setBusy] = useState(false);
    const [failure, setFailure] = useState<unknown>(null);
    const pending = link.state === 'pending_approval';
    const unlink = async () => {
        setBusy(true);
        setFailure(null);
        try {
            await unlinkChannel(link.channel_id);
            onUnlinked();
        } catch (error) {
            setFailure(error);
            setBusy(false);
        }
    };
    return (
        <Question
            text={(
                <Text
                    id={pending ? 'msteams_sync.unlink.withdraw_question' : 'msteams_sync.unlink.question'}
                    values={{channel: link.channel.display_name, teamsChannel: link.teams_channel_name || link.teams_channel_id}}
                />
            )}
        >
            {failure !== null && <Failure error={failure}/>}
            <div className='msteams-sync-dialog__actions'>
                <button
                    type='button'
                    className='btn btn-danger'
                    aria-disabled={busy}
                    onClick={() => {
                        if (!busy) {
                            void unlink();
                        }
                    }}
                >
                    <Text id={pending ? 'msteams_sync.unlink.withdraw' : 'msteams_sync.unlink.unlink'}/>
                </button>
                <button
                    type='button'
                    className='btn btn-tertiary'
                    onClick={onKeep}
                >
                    <Text id='msteams_sync.unlink.keep'/>
                </button>
            </div>
        </Question>
    );
}
