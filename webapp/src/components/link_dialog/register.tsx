// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React from 'react';
import type {Store} from 'redux';

import {isRecord} from '../../client';
import {followEvent, followReconnect} from '../../websocket';
import {Text} from '../../i18n/text';
import {languageOf, languages, selectLocale, textFor} from '../../i18n/translations';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import type {PluginRegistry} from '../../registry';
import {whileLoggedIn} from '../../session';
import {Spread} from '../../spread';
import {isLinkable, openLinkDialog, selectCurrentChannel} from '../../state/links';
import {ChannelSettings} from './channel_settings';
import {LinkDialog} from './link_dialog';

/** The link dialog, and what opens it: the channel's menu and the slash command. Newer hosts also have a tab in the channel's settings. */
export const registerLinkDialog: Registration = (registry, store) => {
    const ids = [
        registry.registerRootComponent(LinkDialog),
        registry.registerChannelHeaderMenuAction(
            <Text id='msteams_sync.link.menu'/>,
            (channelId) => {
                store.dispatch(openLinkDialog(channelId));
            },
            (state) => isLinkable(selectCurrentChannel(state)),
        ),
    ];

    // Hosts since 11.10 take tabs back together with the plugin, and not before. Their names are strings, and nobody is logged
    // in yet: there is one tab for each language, shown to those who speak it.
    for (const language of languages) {
        registry.registerChannelSettingsTab?.({
            uiName: textFor(language, 'msteams_sync.link.title'),
            icon: 'icon-link-variant',
            shouldRender: (state, channel) => isLinkable(channel) && languageOf(selectLocale(state)) === language,
            component: ChannelSettings,
        });
    }
    const undo = [
        unregisterAll(registry, ids),
        ...followLinks(registry, store),

        // What one user has opened is nothing for the next.
        whileLoggedIn(store, () => () => {
            store.dispatch({type: 'msteams_sync/link_dialog', dialog: null});
        }),
    ];
    return () => {
        for (const each of undo) {
            each();
        }
    };
};

/** What the server half says about links. */
function followLinks(registry: PluginRegistry, store: Store<GlobalState>): (() => void)[] {
    const asking = new Spread(() => {
        store.dispatch({type: 'msteams_sync/links_changed'});
    });
    const changed = () => {
        asking.soon();
    };
    return [
        () => {
            asking.stop();
        },
        followEvent(registry, 'channel_linked', changed),
        followEvent(registry, 'channel_unlinked', changed),
        followEvent(registry, 'channel_link_requested', changed),
        followReconnect(registry, changed),
        followEvent(registry, 'open_link_dialog', ({data}) => {
            // Every window of the user hears of it; the one they look at opens the dialog.
            if (document.visibilityState === 'visible' && isRecord(data) && typeof data.channel_id === 'string') {
                store.dispatch(openLinkDialog(data.channel_id));
            }
        }),
    ];
}
