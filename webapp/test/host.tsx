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
        entities: (state: object = {users: {currentUserId: ''}}, action: Action & {userId?: string; plugins?: unknown}) => {
            switch (action.type) {
            case 'test/log_in':
                return {...state, users: {currentUserId: action.userId}};
            case 'test/manifests':
                return {...state, admin: {plugins: action.plugins}};
            default:
                return state;
            }
        },
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

    /** The System Console has loaded the manifests of the plugins. */
    showManifest(settings: readonly unknown[]): void {
        this.store.dispatch({type: 'test/manifests', plugins: {[pluginId]: {settings_schema: {settings}}}} as Action);
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

/** Replaces fetch by answers to "METHOD /route" below base; others find nothing. */
export function serveRoutes(base: string, routes: Record<string, Answer>) {
    const mock = vi.fn((url: string, options: RequestInit) => {
        options.signal?.throwIfAborted();
        return respond(routes[`${options.method} ${url.slice(base.length).split('?', 1)[0]}`] ?? {status: 404, json: {code: 'not_found', message: 'There is no such address.'}});
    });
    vi.stubGlobal('fetch', mock);
    return mock;
}

function respond(answer: Answer): Promise<Response> {
    if (answer === 'no network') {
        return Promise.reject(new TypeError('Failed to fetch'));
    }
    return Promise.resolve(new Response(answer.text ?? JSON.stringify(answer.json), {status: answer.status ?? 200}));
}

/** Replaces fetch. The last answer is repeated. */
export function serve(...answers: Answer[]) {
    let next = 0;
    const mock = vi.fn((_url: string, options: RequestInit) => {
        options.signal?.throwIfAborted();
        return respond(answers[Math.min(next++, answers.length - 1)] ?? 'no network');
    });
    vi.stubGlobal('fetch', mock);
    return mock;
}
