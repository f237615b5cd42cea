// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React from 'react';
import type {Store} from 'redux';

import {isRecord} from '../../client';
import {onEvent, onReconnect} from '../../events';
import {Fetched} from '../../fetched';
import {Text} from '../../i18n/text';
import {selectLocale} from '../../i18n/translations';
import {askOnReturn} from '../../page';
import {pluginId} from '../../plugin_id';
import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';
import type {PluginRegistry} from '../../registry';
import {myConnection} from '../../requests/account';
import {whileLoggedIn} from '../../session';
import type {AccountDialogName} from '../../state/account';
import {selectPart} from '../../state/plugin_state';
import {followLogIn, openConnectWindow} from '../enforce_prompt/use_connect_window';
import type {ConnectPhase} from '../enforce_prompt/use_connect_window';

import {AccountDialogs} from './account_dialogs';
import {userSettings} from './user_settings';

/** For how long the end of a log-in is looked for that began in the user's settings; it may as well be given up. */
const longestLogInMs = 900_000;

/** Whose Teams account is connected: in the user's settings where the host has them, and in dialogs. */
export const registerAccount: Registration = (registry, store) => {
    let check = () => {
        // nobody is logged in
    };
    const show = (dialog: AccountDialogName, begun: ConnectPhase = 'idle') => {

        // The host's settings are a dialog as well, and two cannot both keep the focus.
        store.dispatch({type: 'MODAL_CLOSE', modalId: 'user_settings'});
        store.dispatch({type: 'msteams_sync/account_dialog', dialog, begun});
    };
    let loggingIn = false;
    let endLogIn = () => {
        // no log-in has begun
    };
    const connect = () => {
        endLogIn();
        if (!openConnectWindow()) {
            show('account', 'blocked');
            return;
        }
        const unfollow = followLogIn(() => {
            check();
        });
        const tooLong = setTimeout(() => {
            endLogIn();
        }, longestLogInMs);
        loggingIn = true;
        endLogIn = () => {
            loggingIn = false;
            clearTimeout(tooLong);
            unfollow();
        };
    };

    const undo = [
        whileLoggedIn(store, () => {
            const connection = new Fetched(myConnection, (mine) => {
                if (mine.connected) {
                    endLogIn();
                }
                store.dispatch({type: 'msteams_sync/account', mine});
            }, () => {
                store.dispatch({type: 'msteams_sync/account_failed'});
            });
            check = () => void connection.fetch();
            check();
            return () => {
                connection.stop();
                endLogIn();
                store.dispatch({type: 'msteams_sync/account_forgotten'});
            };
        }),
        onEvent(registry, 'user_connected', () => {
            check();
        }),
        onEvent(registry, 'user_disconnected', () => {
            check();
        }),
        onEvent(registry, 'user_connect_failed', ({data}) => {
            const reason = isRecord(data) && typeof data.message === 'string' ? data.message : '';
            store.dispatch({type: 'msteams_sync/account_refused', reason});
            if (loggingIn) {
                endLogIn();
                show('account', 'refused');
            }
        }),
        onReconnect(registry, () => {
            check();
        }),
        askOnReturn(() => {
            check();
        }),
        keepUserSettings(registry, store, {
            connect,
            disconnect: () => {
                show('disconnect');
            },
            manage: () => {
                show('account');
            },
            check: () => {
                check();
            },
        }),
    ];

    const Dialogs = () => (
        <AccountDialogs
            onCheck={() => {
                check();
            }}
        />
    );
    undo.push(unregisterAll(registry, [
        registry.registerGlobalComponent ? registry.registerGlobalComponent(Dialogs) : registry.registerRootComponent(Dialogs),
        registry.registerMainMenuAction(<Text id='msteams_sync.account.menu'/>, () => {
            const utilities = window.WebappUtils;
            if (utilities?.openUserSettings && registry.registerUserSettings) {
                store.dispatch(utilities.openUserSettings({activeTab: pluginId, isContentProductSettings: true}));
            } else {
                show('account');
            }
        }),
    ]));
    return () => {
        for (const each of undo.reverse()) {
            each();
        }
    };
};

/** Registers the user settings, and again whenever they would say something else. */
function keepUserSettings(registry: PluginRegistry, store: Store<GlobalState>, actions: Parameters<typeof userSettings>[2]): () => void {
    let shown: unknown[] = [];
    const look = () => {
        const state = store.getState();
        const {mine} = selectPart(state, 'account');
        const locale = selectLocale(state);
        if (mine !== shown[0] || locale !== shown[1]) {
            shown = [mine, locale];
            registry.registerUserSettings?.(userSettings(locale, mine, actions));
        }
    };
    look();
    return store.subscribe(look);
}
