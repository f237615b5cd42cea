// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React from 'react';
import type {Reducer, Store} from 'redux';

import {Client} from './client';
import {EnforcePrompt} from './components/enforce_prompt/enforce_prompt';
import {ConnectionWatch} from './connection_watch';
import {translationsFor} from './i18n/translations';
import type {PluginRegistry, WebappPlugin} from './registry';
import {connectionReducer} from './state/connection';
import {addStyles} from './styles';
import {followEvents} from './websocket';

/**
 * Registers everything with the host, and takes it back.
 *
 * The host calls initialize on the log-in page too, before there is a user: nothing is fetched here, components do
 * that once they are drawn.
 */
export class Plugin implements WebappPlugin {
    private undo: (() => void)[] = [];

    initialize(registry: PluginRegistry, store: Store<GlobalState>): void {
        const watch = new ConnectionWatch(new Client(), store.dispatch);

        registry.registerTranslations(translationsFor);
        registry.registerReducer(connectionReducer as Reducer<never>);
        this.undo.push(addStyles());
        this.undo.push(followEvents(registry, watch));

        const Prompt = () => <EnforcePrompt watch={watch}/>;
        const promptId = registry.registerGlobalComponent ?
            registry.registerGlobalComponent(Prompt) :
            registry.registerRootComponent(Prompt);
        this.undo.push(() => {
            registry.unregisterComponent(promptId);
            watch.stop();
            store.dispatch({type: 'msteams_sync/forgotten'});
        });
    }

    uninitialize(): void {
        for (const undo of this.undo.reverse()) {
            undo();
        }
        this.undo = [];
    }
}
