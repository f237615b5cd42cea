// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import {render} from '@testing-library/react';
import React from 'react';
import type {ComponentType, ReactElement} from 'react';
import {IntlProvider} from 'react-intl';
import {Provider} from 'react-redux';
import {combineReducers, legacy_createStore as createStore} from 'redux';
import type {Action, Reducer, Store} from 'redux';
import {vi} from 'vitest';

import {pluginId} from '../src/plugin_id';
import type {PluginRegistry, WebSocketMessage} from '../src/registry';
import {eventName} from '../src/websocket';

import {RecordingRegistry} from './registry';

/**
 * The host as a plugin sees it: a registry that remembers what is registered, and a store that takes reducers later.
 * A real Mattermost is used by the browser tests.
 */
export class Host {
    readonly store: Store<GlobalState>;
    readonly registry: PluginRegistry;
    readonly record: RecordingRegistry;

    private readonly reducers: Record<string, Reducer> = {
        entities: (state: unknown = {users: {currentUserId: ''}}, action: Action & {userId?: string}) =>
            (action.type === 'test/log_in' ? {users: {currentUserId: action.userId}} : state),
    };

    /** @param options.has tells which members of the registry the host has; all if it is left out. */
    constructor({has}: {has?: (member: string) => boolean} = {}) {
        this.store = createStore(combineReducers(this.reducers)) as unknown as Store<GlobalState>;
        this.record = new RecordingRegistry(has, ({call, args}) => {
            if (call === 'registerReducer') {
                this.reducers[`plugins-${pluginId}`] = args[0] as Reducer;
                this.store.replaceReducer(combineReducers(this.reducers) as unknown as Reducer<GlobalState>);
            }
        });
        this.registry = this.record.registry;
    }

    /** Sends what the server publishes as event, to this plugin. */
    deliver(event: string, data: unknown = {}): void {
        for (const {id, args} of this.record.made('registerWebSocketEventHandler')) {
            if (id === eventName(event)) {
                (args[1] as (message: WebSocketMessage) => void)({event: id, data});
            }
        }
    }

    /** The websocket is back. */
    reconnect(): void {
        for (const {args} of this.record.made('registerReconnectHandler')) {
            (args[0] as () => void)();
        }
    }

    logIn(userId: string): void {
        this.store.dispatch({type: 'test/log_in', userId});
    }

    /** Draws what plugins registered for the whole page, in the user's language. */
    draw(locale = 'en') {
        const everywhere = [...this.record.made('registerGlobalComponent'), ...this.record.made('registerRootComponent')];
        return this.render(<>{everywhere.map(({id, args}) => React.createElement(args[0] as ComponentType, {key: id}))}</>, locale);
    }

    private translations(locale: string): Record<string, string> {
        const [source] = this.record.made('registerTranslations');
        return source ? (source.args[0] as (locale: string) => Record<string, string>)(locale) : {};
    }

    render(element: ReactElement, locale = 'en') {
        return render(
            <Provider store={this.store}>
                <IntlProvider
                    locale={locale}
                    messages={this.translations(locale)}
                >
                    {element}
                </IntlProvider>
            </Provider>,
        );
    }
}

/** One answer of the fake server. */
export type Answer = {status?: number; json?: unknown; text?: string} | 'no network';

/** Replaces fetch. The last answer is repeated. */
export function serve(...answers: Answer[]) {
    let next = 0;
    const mock = vi.fn((_url: string, options: RequestInit) => {
        options.signal?.throwIfAborted();
        const answer = answers[Math.min(next++, answers.length - 1)] ?? 'no network';
        if (answer === 'no network') {
            return Promise.reject(new TypeError('Failed to fetch'));
        }
        const body = answer.text ?? JSON.stringify(answer.json);
        return Promise.resolve(new Response(body, {status: answer.status ?? 200}));
    });
    vi.stubGlobal('fetch', mock);
    return mock;
}
