// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Lane, PluginStatus} from '../src/requests/admin';

/** One direction of a link that has nothing to do. */
export const idle: Lane = {dead: 0, last_event_at: null, last_error_at: null};

/** A plugin that has nothing to complain about, until June 2027. */
export const healthy: PluginStatus = {
    version: '1.2.3',
    state: 'running',
    missing_keys: [],
    problems: [],
    credentials: {state: 'accepted', checked_at: '2026-01-01T00:00:00Z'},
    client_secret_expires_at: '2027-06-01T00:00:00Z',
    client_certificate_expires_at: null,
    queues: {
        inbound: {pending: 0, parked: 0, dead: 0, oldest_age_seconds: 0},
        outbound: {pending: 0, parked: 0, dead: 0, oldest_age_seconds: 0},
    },
    links: [{channel_id: 'c', inbound: idle, outbound: idle}],
    subscriptions: [{state: 'active', expires_at: '2026-01-03T00:00:00Z'}],
    evaluation: {applies: false, messages: 0, budget: 500, used_up: false},
    bots: [{email: 'bridge@demo.example', connected: true}],
    accounts: {connected: 1, lost: 0},
};
