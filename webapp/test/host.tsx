// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Post} from '@mattermost/types/posts';
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
import type {PluginRegistry, UserSettings, WebSocketMessage} from '../src/registry';
import {eventName} from '../src/websocket';

import {RecordingRegistry} from './registry';

interface Entities {
    users: {currentUserId: string; profiles: Record<string, {locale: string}>};
    posts: {posts: Record<string, Partial<Post>>};
    channels: {currentChannelId: string};
    admin?: {plugins: unknown};
}

const nobody: Entities = {users: {currentUserId: '', profiles: {}}, posts: {posts: {}}, channels: {currentChannelId: 'town'}};

/**
 * The host as a plugin sees it: a registry that remembers what is registered, and a store that takes reducers later.
 * A real Mattermost is used by the browser tests.
 */
export class Host {
    readonly store: Store<GlobalState>;
    readonly registry: PluginRegistry;
    readonly record: RecordingRegistry;

    private readonly reducers: Record<string, Reducer> = {
        entities: (state: Entities = nobody, action: Action & {userId?: string; locale?: string; post?: Partial<Post>; plugins?: unknown}) => {
            switch (action.type) {
            case 'test/log_in':
                return {...state, users: {currentUserId: action.userId ?? '', profiles: {[action.userId ?? '']: {locale: action.locale ?? 'en'}}}};
            case 'test/manifests':
                return {...state, admin: {plugins: action.plugins}};
            case 'test/post':
                return {...state, posts: {posts: {...state.posts.posts, [action.post?.id ?? '']: {props: {}, type: '', ...action.post}}}};
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
        this.deliverOwn(eventName(event), data);
    }

    /** Sends an event of Mattermost's own. */
    deliverOwn(event: string, data: unknown = {}): void {
        for (const {id, args} of this.record.made('registerWebSocketEventHandler')) {
            if (id === event) {
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

    logIn(userId: string, locale = 'en'): void {
        this.store.dispatch({type: 'test/log_in', userId, locale});
    }

    /** The page stays: Mattermost goes to its log-in page without loading it again. */
    logOut(): void {
        this.logIn('');
    }

    /** A post arrives. */
    post(post: Partial<Post>): void {
        this.store.dispatch({type: 'test/post', post});
    }

    /** The plugin's tab in the user's settings as it was registered last. */
    get userSettings(): UserSettings | undefined {
        return this.record.made('registerUserSettings').at(-1)?.args[0] as UserSettings | undefined;
    }

    /** Chooses what plugins have put into the main menu. */
    chooseMenu(): void {
        for (const {args} of this.record.made('registerMainMenuAction')) {
            (args[1] as () => void)();
        }
    }

    /** What plugins registered for a place, with the properties that the host gives there. */
    in(place: keyof PluginRegistry, properties: object = {}): ReactElement[] {
        return this.record.made(place).map(({id, args}) => React.createElement(args[0] as ComponentType, {key: id, ...properties}));
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
        return render(this.page(element, locale));
    }

    /** An element inside what the host has around all. */
    page(element: ReactElement, locale = 'en'): ReactElement {
        return (
            <Provider store={this.store}>
                <IntlProvider
                    locale={locale}
                    messages={this.translations(locale)}
                >
                    {element}
                </IntlProvider>
            </Provider>
        );
    }
}

/** One answer of the fake server. */
export type Answer = {status?: number; json?: unknown; text?: string} | 'no network';

/** Replaces fetch by answers to "METHOD /route" below base; others find nothing. */
export function serveBelow(base: string, routes: Record<string, Answer>) {
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
    return serveRoute('', ...answers);
}

/**
 * Replaces fetch for one route of the plugin; all others do not answer. The last answer is repeated.
 *
 * @returns the mock that is asked about the route.
 */
export function serveRoute(route: string, ...answers: Answer[]) {
    const [mock] = serveRoutes({[route]: answers});
    return mock as NonNullable<typeof mock>;
}

/** Replaces fetch for several routes, by how they end. */
export function serveRoutes(routes: Record<string, Answer[]>) {
    const mocks = Object.values(routes).map((answers) => {
        let next = 0;
        return vi.fn((_url: string, options: RequestInit) => {
            options.signal?.throwIfAborted();
            return respond(answers[Math.min(next++, answers.length - 1)] ?? 'no network');
        });
    });
    const ends = Object.keys(routes);
    vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
        const mock = mocks[ends.findIndex((end) => url.endsWith(end))];
        return mock ? mock(url, options) : Promise.reject(new TypeError('Failed to fetch'));
    });
    return mocks;
}
