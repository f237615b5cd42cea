// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Action} from 'redux';

import type {PostState} from '../requests/sync';

/** How far the user's own posts are, by id; those that were drawn since the page was loaded. */
export type PostsState = Readonly<Record<string, PostState>>;

export type PostsAction =
    | {type: 'msteams_sync/post_states'; states: PostsState}
    | {type: 'msteams_sync/posts_forgotten'};

const none: PostsState = {};

export function postsReducer(state: PostsState = none, action: PostsAction | Action): PostsState {
    const ours = action as PostsAction;
    switch (ours.type) {
    case 'msteams_sync/post_states':
        return {...state, ...ours.states};
    case 'msteams_sync/posts_forgotten':
        return none;
    default:
        return state;
    }
}
