// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text, useText} from '../../i18n/text';
import {retryPost} from '../../requests/sync';
import type {PostState} from '../../requests/sync';

import type {PostStates} from './post_states';

interface Props {
    postId: string;
    state: PostState;
    states: PostStates;
}

/** How far one's own post is on its way to Teams. */
export function SyncStatus({postId, state, states}: Props) {
    const text = useText();
    switch (state.state) {
    case 'not_bridged':
        return null;
    case 'synced':
        return (
            <p
                className='msteams-sync-post'
                title={text('msteams_sync.post.synced_title')}
            >
                <span aria-hidden='true'>{'✓ '}</span>
                <Text id='msteams_sync.post.synced'/>
            </p>
        );
    case 'pending':
        return (
            <p className='msteams-sync-post'>
                <Text id='msteams_sync.post.pending'/>
                {state.reason && <span>{state.reason}</span>}
            </p>
        );
    case 'failed':
        return (
            <Failed
                postId={postId}
                reason={state.reason}
                states={states}
            />
        );
    }
}

interface FailedProps {
    postId: string;
    reason: string;
    states: PostStates;
}

function Failed({postId, reason, states}: FailedProps) {
    const [phase, setPhase] = useState<'idle' | 'working' | 'failed'>('idle');
    const retry = async () => {
        setPhase('working');
        try {
            await retryPost(postId);
            states.told({[postId]: {state: 'pending', direction: 'outbound', reason: ''}});
            states.ask([postId]);
        } catch {
            setPhase('failed');
        }
    };
    return (
        <div
            className='msteams-sync-post msteams-sync-post--failed'
            role='group'
        >
            <span
                className='msteams-sync-post__warning'
                aria-hidden='true'
            >
                {'⚠ '}
            </span>
            <strong><Text id='msteams_sync.post.failed'/></strong>
            {reason && <span>{reason}</span>}
            <button
                type='button'
                className='btn btn-tertiary btn-xs'
                aria-disabled={phase === 'working'}
                onClick={() => {
                    if (phase !== 'working') {
                        void retry();
                    }
                }}
            >
                <Text id='msteams_sync.post.retry'/>
            </button>
            <span aria-live='polite'>
                {phase === 'failed' && <Text id='msteams_sync.post.retry_failed'/>}
            </span>
        </div>
    );
}
