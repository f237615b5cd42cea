// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {Client4} from 'mattermost-redux/client';
import React from 'react';
import {createRoot} from 'react-dom/client';

import {basename} from './basename';
import {loadChannels} from './channels';
import {exposeLibraries} from './globals';
import './page.css';
import {Page} from './page';
import {loadPlugins} from './plugins';
import {resume} from './session';

/** What Mattermost's web app does before it draws: libraries, user, plugins, events. */
async function start(): Promise<void> {
    exposeLibraries();
    Client4.setUrl(basename);
    const someone = await resume();
    if (!someone && window.location.pathname !== `${basename}/login`) {
        window.location.assign(`${basename}/login`);
        return;
    }
    await loadPlugins();
    if (someone) {
        await loadChannels();
    }

    const container = document.getElementById('root');
    if (container) {
        createRoot(container).render(<Page/>);
    }
}

void start();
