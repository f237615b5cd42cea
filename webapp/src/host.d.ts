// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// What the Mattermost web app puts on window, as far as this plugin uses it.

import type {Action} from 'redux';

import type {WebappPlugin} from './registry';

declare global {
    interface Window {

        /** Called once by every plugin's script. */
        registerPlugin(id: string, plugin: WebappPlugin): void;

        /** Path under which Mattermost is installed: "" or "/path". Old hosts may lack it. */
        basename?: string;

        WebappUtils?: {

            /** The action that opens the user's settings, at a plugin's tab when activeTab is its id. From 10.0 on. */
            openUserSettings?(properties: {activeTab: string; isContentProductSettings: boolean}): Action;
        };
    }
}
