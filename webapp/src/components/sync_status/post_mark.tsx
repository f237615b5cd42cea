// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Post} from '@mattermost/types/posts';
import type {GlobalState} from '@mattermost/types/store';
import React, {useEffect, useRef} from 'react';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {selectUserId} from '../../state/connection';
import {selectPart} from '../../state/plugin_state';

import type {PostStates} from './post_states';
import {SyncStatus} from './sync_status';

/** The prop of a post that the server half brought from Teams. Anybody can write it: the server's answer counts more. */
const mappingProp = 'msteams_sync_mapping';

interface Props {
    postId: string;
    states: PostStates;
}

/** Says of a post in a linked channel that it came from Teams, or, of one's own, how far it is on its way there. */
export function PostMark({postId, states}: Props) {
    const post = useSelector((state: GlobalState) => state.entities.posts.posts[postId]);
    const userId = useSelector(selectUserId);
    const linked = useSelector((state: GlobalState) => post && selectPart(state, 'linked')[post.channel_id]);
    const state = useSelector((whole: GlobalState) => selectPart(whole, 'posts')[postId]);

    const own = Boolean(post && linked && isWrittenBy(post, userId));
    const claimed = Boolean(post && isClaimed(post));
    const edited = post?.edit_at;
    const before = useRef(edited);
    useEffect(() => {
        if (before.current !== edited) {
            before.current = edited;
            states.edit(postId);
        }
        return own || claimed ? states.draw(postId) : undefined;
    }, [own, claimed, postId, edited, states]);

    if ((own || claimed) && (state ? state.direction === 'inbound' : claimed)) {
        return <p className='msteams-sync-post'><Text id='msteams_sync.post.from_teams'/></p>;
    }
    if (!own || !state) {
        return null;
    }
    return (
        <SyncStatus
            postId={postId}
            state={state}
            states={states}
        />
    );
}

/** Whether it is a post of the user's that the server has. */
function isWrittenBy(post: Post, userId: string): boolean {
    return post.user_id === userId && !post.type && !post.delete_at && post.pending_post_id !== post.id;
}

/** Whether a post says of itself that it came from Teams. */
function isClaimed(post: Post): boolean {
    const props = post.props as Post['props'] | null | undefined; // the host's store keeps what the server sends
    return Boolean(props?.[mappingProp]) && !post.delete_at && post.pending_post_id !== post.id;
}
