// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// From log-in to log-out. As in Mattermost, whoever logs in stays on the page on which they did, plugins and all; after a
// log-out the page is loaded anew.

import WebSocketClient from '@mattermost/client/lib/websocket';
import {loadMe, logout} from 'mattermost-redux/actions/users';
import {Client4} from 'mattermost-redux/client';
import {getCurrentUserId} from 'mattermost-redux/selectors/entities/users';

import type {WebSocketMessage} from '../../../webapp/src/registry';

import {basename} from './basename';
import {loadChannels, receive} from './channels';
import {deliver, reconnected} from './plugins';
import {store} from './store';

/**
 * Goes on with the session that the browser has.
 *
 * @returns whether there is one.
 */
export async function resume(): Promise<boolean> {
    await store.dispatch(loadMe() as never);
    if (!getCurrentUserId(store.getState())) {
        return false;
    }
    listen();
    return true;
}

/** Logs in; throws what the server says against it. */
export async function logIn(name: string, password: string): Promise<void> {
    await Client4.login(name, password);
    await resume();
    await loadChannels();
}

export async function logOut(): Promise<void> {
    await store.dispatch(logout() as never);
    window.location.assign(`${basename}/login`);
}

function listen(): void {
    const socket = new WebSocketClient();
    socket.addMessageListener((message) => {
        receive(message as WebSocketMessage);
        deliver(message as WebSocketMessage);
    });
    socket.addReconnectListener(reconnected);
    socket.initialize(`${window.location.origin.replace(/^http/, 'ws')}${basename}/api/v4/websocket`);
}
