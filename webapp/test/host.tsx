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

/**
 * The host as a plugin sees it: a registry that remembers what is registered, and a store that takes reducers later.
 * A real Mattermost is used by the browser tests.
 */
export class Host {
    readonly components = new Map<string, {place: 'Root' | 'Global'; component: ComponentType}>();
    readonly events = new Map<string, (message: WebSocketMessage) => void>();
    onReconnect: (() => void) | null = null;
    translations: (locale: string) => Record<string, string> = () => ({});
    readonly store: Store<GlobalState>;
    readonly registry: PluginRegistry;

    private readonly reducers: Record<string, Reducer> = {
        entities: (state: unknown = {users: {currentUserId: ''}}, action: Action & {userId?: string}) =>
            (action.type === 'test/log_in' ? {users: {currentUserId: action.userId}} : state),
    };

    constructor({withGlobal = true} = {}) {
        this.store = createStore(combineReducers(this.reducers)) as unknown as Store<GlobalState>;
        const place = (where: 'Root' | 'Global') => (component: ComponentType) => {
            const id = `${where}-${this.components.size}`;
            this.components.set(id, {place: where, component});
            return id;
        };
        this.registry = {
            registerReducer: (reducer) => {
                this.reducers[`plugins-${pluginId}`] = reducer as unknown as Reducer;
                this.store.replaceReducer(combineReducers(this.reducers) as unknown as Reducer<GlobalState>);
            },
            registerRootComponent: place('Root'),
            ...(withGlobal && {registerGlobalComponent: place('Global')}),
            unregisterComponent: (id) => this.components.delete(id),
            registerWebSocketEventHandler: (event, handler) => this.events.set(event, handler),
            unregisterWebSocketEventHandler: (event) => this.events.delete(event),
            registerReconnectHandler: (handler) => {
                this.onReconnect = handler;
            },
            unregisterReconnectHandler: () => {
                this.onReconnect = null;
            },
            registerTranslations: (translationsFor) => {
                this.translations = translationsFor;
            },
        };
    }

    logIn(userId: string): void {
        this.store.dispatch({type: 'test/log_in', userId});
    }

    /** Draws what plugins registered, in the user's language. */
    draw(locale = 'en') {
        return this.render(<>{Array.from(this.components, ([id, {component: Component}]) => <Component key={id}/>)}</>, locale);
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
