// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import WebSocketClient from '@mattermost/client/lib/websocket';
import {loadMe} from 'mattermost-redux/actions/users';
import {Client4} from 'mattermost-redux/client';
import {getCurrentUser} from 'mattermost-redux/selectors/entities/users';
import React from 'react';
import {createRoot} from 'react-dom/client';

import type {WebSocketMessage} from '../../../webapp/src/registry';

import {basename} from './basename';
import {loadChannels, receive} from './channels';
import {exposeLibraries} from './globals';
import './page.css';
import {Page} from './page';
import {deliver, loadPlugins, reconnected} from './plugins';
import {store} from './store';

/** What Mattermost's web app does before it draws: libraries, user, plugins, events. */
async function start(): Promise<void> {
    exposeLibraries();
    Client4.setUrl(basename);
    await store.dispatch(loadMe() as never);
    const user = getCurrentUser(store.getState()) as {locale: string} | undefined;
    if (user) {
        document.documentElement.lang = user.locale;
        listen();
    } else if (window.location.pathname !== `${basename}/login`) {
        window.location.assign(`${basename}/login`);
        return;
    }
    await loadPlugins();
    if (user) {
        await loadChannels();
    }

    const container = document.getElementById('root');
    if (container) {
        createRoot(container).render(<Page/>);
    }
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

void start();
