// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {followEvent} from '../../websocket';
import {Text} from '../../i18n/text';
import {english} from '../../i18n/translations';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import {LinkIcon, linkIconURL} from '../link_icon/link_icon';
import {Sidebar} from './sidebar';

/** The right-hand sidebar, with its button in the channel's header and, where the host has one, in the app bar. */
export const registerSidebar: Registration = (registry, store) => {
    const title = <Text id='msteams_sync.sidebar.title'/>;
    const {id, toggleRHSPlugin} = registry.registerRightHandSidebarComponent(Sidebar, title);
    const toggle = () => {
        store.dispatch(toggleRHSPlugin);
    };
    const ids = [id, registry.registerChannelHeaderButtonAction(<LinkIcon/>, toggle, title, title)];

    // The app bar wants a string, and nobody is logged in yet: the name is the same in every language. The button in the header
    // is drawn in it too when there is no icon for it.
    const tooltip = english['msteams_sync.sidebar.title'];
    const inAppBar = registry.registerAppBarComponent?.(linkIconURL, toggle, tooltip);
    if (inAppBar) {
        ids.push(inAppBar);
    }
    const changed = () => {
        store.dispatch({type: 'msteams_sync/links_changed'});
    };
    const undo = [unregisterAll(registry, ids), followEvent(registry, 'user_connected', changed), followEvent(registry, 'user_disconnected', changed)];
    return () => {
        for (const each of undo) {
            each();
        }
    };
};
