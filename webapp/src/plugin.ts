// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Reducer, Store} from 'redux';

import {registerAccount} from './components/account/register';
import {registerAdmin} from './components/admin/register';
import {registerEnforcePrompt} from './components/enforce_prompt/register';
import {registerLinkDialog} from './components/link_dialog/register';
import {registerLinkedMark} from './components/linked_mark/register';
import {registerSidebar} from './components/sidebar/register';
import {registerSyncStatus} from './components/sync_status/register';
import {registerTeamsUser} from './components/teams_user/register';
import {translationsFor} from './i18n/translations';
import type {Registration} from './registration';
import type {PluginRegistry, WebappPlugin} from './registry';
import {pluginReducer} from './state/plugin_state';
import {addStyles} from './styles';

/** What the plugin adds to the host, one entry for each feature. */
const registrations: readonly Registration[] = [
    registerAccount,
    registerEnforcePrompt,
    registerAdmin,
    registerLinkDialog,
    registerLinkedMark,
    registerSidebar,
    registerSyncStatus,
    registerTeamsUser,
];

/**
 * Registers everything with the host, and takes it back.
 *
 * The host calls initialize on the log-in page too, before there is a user: nothing is fetched here, components do
 * that once they are drawn.
 */
export class Plugin implements WebappPlugin {
    private undo: (() => void)[] = [];

    initialize(registry: PluginRegistry, store: Store<GlobalState>): void {
        registry.registerTranslations(translationsFor);
        registry.registerReducer(pluginReducer as Reducer<never>);
        this.undo.push(addStyles());
        for (const register of registrations) {
            this.undo.push(register(registry, store));
        }
    }

    uninitialize(): void {
        for (const undo of this.undo.reverse()) {
            undo();
        }
        this.undo = [];
    }
}
