// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {vi} from 'vitest';

import type {ChannelChoice, ChannelState, Link, TeamsChannel} from '../src/requests/links';

import type {Answer} from './host';

/** What the fake server answers to "METHOD route", as a prefix; the longest one that fits counts. */
export type Answers = Record<string, Answer | ((body: unknown, url: URL) => Answer)>;

/** Replaces fetch by a server that knows several routes. What it does not know it answers with 404. */
export function serveRoutes(answers: Answers) {
    const calls: string[] = [];
    const bodies: unknown[] = [];
    const mock = vi.fn((address: string, options: RequestInit) => {
        options.signal?.throwIfAborted();
        const url = new URL(address, 'https://chat.example.com');
        const route = url.pathname.replace(/^\/plugins\/[^/]+/, '');
        const asked = `${options.method ?? 'GET'} ${route}${url.search}`;
        calls.push(asked);
        const body: unknown = typeof options.body === 'string' ? JSON.parse(options.body) : undefined;
        if (options.method !== 'GET') {
            bodies.push(body);
        }
        const fits = Object.keys(answers).filter((prefix) => asked.startsWith(prefix)).sort((a, b) => b.length - a.length);
        const answer = fits[0] === undefined ? {status: 404, json: {code: 'not_found', message: `${asked} is not known.`}} : answers[fits[0]];
        const given = typeof answer === 'function' ? answer(body, url) : answer ?? 'no network';
        if (given === 'no network') {
            return Promise.reject(new TypeError('Failed to fetch'));
        }
        const status = given.status ?? 200;
        return Promise.resolve(new Response(status === 204 ? null : given.text ?? JSON.stringify(given.json), {status}));
    });
    vi.stubGlobal('fetch', mock);
    return {calls, bodies, answers};
}

export function town(more: Partial<ChannelChoice> = {}): ChannelChoice {
    return {id: 'town', display_name: 'Town Square', team_id: 'red', team_name: 'red', team_display_name: 'Red Team', linked: false, ...more};
}

export function bridge(more: Partial<TeamsChannel> = {}): TeamsChannel {
    return {id: '19:bridge', display_name: 'Bridge', membership_type: 'standard', linked: false, ...more};
}

export function link(more: Partial<Link> = {}): Link {
    return {
        id: 'link', channel_id: 'town', channel: town(), teams_team_id: 'demo', teams_channel_id: '19:bridge', teams_team_name: 'Demo Team',
        teams_channel_name: 'Bridge', created_at: '2026-11-23T10:00:00Z', state: 'ok', lag_seconds: 0, dead: 0, last_event_at: null, last_error_at: null,
        can_manage: true, can_approve: false, ...more,
    };
}

export function channel(more: Partial<ChannelState> = {}): ChannelState {
    return {channel: town(), link: null, can_manage: true, needs_approval: false, ...more};
}
