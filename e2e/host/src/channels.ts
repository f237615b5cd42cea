// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The channels of the user's first team, their posts, and what the websocket says of them.

import type {Post} from '@mattermost/types/posts';
import {fetchChannelsAndMembers, selectChannel} from 'mattermost-redux/actions/channels';
import {getPosts, postDeleted, receivedNewPost, receivedPost} from 'mattermost-redux/actions/posts';
import {getMyPreferences} from 'mattermost-redux/actions/preferences';
import {getMyTeamMembers, getMyTeams, selectTeam} from 'mattermost-redux/actions/teams';
import {getMissingProfilesByIds} from 'mattermost-redux/actions/users';
import {Client4} from 'mattermost-redux/client';

import type {WebSocketMessage} from '../../../webapp/src/registry';

import {store} from './store';

/** Loads team and channels, and opens the one that the address names, else the first. */
export async function loadChannels(): Promise<void> {
    await store.dispatch(getMyTeams() as never);
    await store.dispatch(getMyTeamMembers() as never);
    const [team] = Object.values(store.getState().entities.teams.teams);
    if (!team) {
        return;
    }
    store.dispatch(selectTeam(team.id) as never);
    await store.dispatch(fetchChannelsAndMembers(team.id) as never);
    const [, name] = /\/channels\/([^/]+)/.exec(window.location.pathname) ?? [];
    const channels = Object.values(store.getState().entities.channels.channels);
    const channel = channels.find((each) => each.name === name) ?? channels.find((each) => each.name === 'town-square');
    if (channel) {
        await openChannel(channel.id);
    }
}

export async function openChannel(channelId: string): Promise<void> {
    store.dispatch(selectChannel(channelId) as never);
    await store.dispatch(getPosts(channelId) as never);
    await loadAuthors(Object.values(store.getState().entities.posts.posts));
}

/** Sends a post, or what begins with a slash as a command. */
export async function sendPost(channelId: string, message: string): Promise<void> {
    if (message.startsWith('/')) {
        await Client4.executeCommand(message, {channel_id: channelId, team_id: store.getState().entities.teams.currentTeamId});
        return;
    }
    const post = await Client4.createPost({channel_id: channelId, message} as Post);
    store.dispatch(receivedNewPost(post, false) as never);
}

async function loadAuthors(posts: Post[]): Promise<void> {
    await store.dispatch(getMissingProfilesByIds(Array.from(new Set(posts.map((post) => post.user_id)))) as never);
}

/** What an event of Mattermost's own means for the store. */
export function receive({event, data}: WebSocketMessage): void {
    const {post} = (data ?? {}) as {post?: string};
    switch (event) {
    case 'posted':
    case 'post_edited':
    case 'post_deleted': {
        const changed = JSON.parse(post ?? '{}') as Post;
        const action = {posted: receivedNewPost(changed, false), post_edited: receivedPost(changed), post_deleted: postDeleted(changed)}[event];
        store.dispatch(action as never);
        void loadAuthors([changed]);
        return;
    }
    case 'preferences_changed':
        void store.dispatch(getMyPreferences() as never);
        return;
    case 'user_added': {
        const team = store.getState().entities.teams.currentTeamId;
        void store.dispatch(fetchChannelsAndMembers(team) as never);
    }
    }
}
