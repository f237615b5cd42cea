// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Client} from '../../client';
import {ConnectionWatch} from '../../connection_watch';
import type {Registration} from '../../registration';
import {whileLoggedIn} from '../../session';
import {followEvents} from '../../websocket';
import {EnforcePrompt} from './enforce_prompt';

/** The prompt to connect, over everything, in products too where the host draws global components there. */
export const registerEnforcePrompt: Registration = (registry, store) => {
    const watch = new ConnectionWatch(new Client(), store.dispatch);
    const unfollow = followEvents(registry, watch);

    // The page outlives the session: whoever logs in next, the same user too, is asked anew.
    const forget = whileLoggedIn(store, () => () => {
        store.dispatch({type: 'msteams_sync/forgotten'});
    });

    const Prompt = () => <EnforcePrompt watch={watch}/>;
    const promptId = registry.registerGlobalComponent ?
        registry.registerGlobalComponent(Prompt) :
        registry.registerRootComponent(Prompt);
    return () => {
        registry.unregisterComponent(promptId);
        unfollow();
        watch.stop();
        forget();
    };
};
