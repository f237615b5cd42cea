// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {ClientError, isRecord, request} from '../client';

/** How far a post is on its way to Teams. */
export type SyncState = 'not_bridged' | 'pending' | 'synced' | 'failed';

export interface PostState {
    state: SyncState;

    /** Inbound: it came from Teams. "" when it is not bridged. */
    direction: 'inbound' | 'outbound' | '';

    /** Why it is so, in the server's words; "" when there is no more to say. */
    reason: string;
}

/** What a linked channel is in Teams. */
export type LinkKind = 'channel' | 'chat';

/** How many posts the server answers about at once. */
export const mostPosts = 200;

/** The states of those of the posts that exist and may be read. */
export async function postStates(posts: readonly string[]): Promise<Record<string, PostState>> {
    const answer = await request('POST', '/api/v1/posts/sync', undefined, {post_ids: posts});
    if (!isRecord(answer)) {
        throw new ClientError('POST /api/v1/posts/sync: the answer has no posts', 200);
    }
    return readStates(answer.posts);
}

/** Reads states as the server lists them, in an answer or in an event. What is not one is left out. */
export function readStates(list: unknown): Record<string, PostState> {
    const states: Record<string, PostState> = {};
    for (const entry of Array.isArray(list) ? list as unknown[] : []) {
        if (isRecord(entry) && typeof entry.post_id === 'string' && isState(entry.state)) {
            states[entry.post_id] = {state: entry.state, direction: direction(entry.direction), reason: typeof entry.reason === 'string' ? entry.reason : ''};
        }
    }
    return states;
}

function direction(value: unknown): PostState['direction'] {
    return value === 'inbound' || value === 'outbound' ? value : '';
}

function isState(value: unknown): value is SyncState {
    return value === 'not_bridged' || value === 'pending' || value === 'synced' || value === 'failed';
}

/** Has what was given up of one's own post tried again. */
export async function retryPost(post: string): Promise<void> {
    await request('POST', `/api/v1/posts/${post}/retry`);
}

/** The user's channels that are linked, by id. */
export async function linkedChannels(signal?: AbortSignal): Promise<Record<string, LinkKind>> {
    const answer = await request('GET', '/api/v1/my/linked-channels', signal);
    if (!isRecord(answer) || !Array.isArray(answer.channels)) {
        throw new ClientError('GET /api/v1/my/linked-channels: the answer has no channels', 200);
    }
    const channels: Record<string, LinkKind> = {};
    for (const entry of answer.channels as unknown[]) {
        if (isRecord(entry) && typeof entry.channel_id === 'string') {
            channels[entry.channel_id] = entry.kind === 'chat' ? 'chat' : 'channel';
        }
    }
    return channels;
}
