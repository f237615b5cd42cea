// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {expect, test} from 'vitest';

import type {PluginStatus} from '../../requests/admin';
import {healthy, idle} from '../../../test/plugin_status';
import {formatDuration} from './formats';
import {findings} from './health';
import type {Checks, Finding, Formats} from './health';

const formats: Formats = {
    date: (time) => `day ${time}`,
    time: (time) => `time ${time}`,
    duration: (seconds) => `${Math.round(seconds)} s`,
};
const now = Date.parse('2026-06-01T00:00:00Z');

function find(part: Finding['part'], changes: Partial<PluginStatus>, checks: Checks = {}) {
    return findings({...healthy, ...changes}, checks, now, formats).find((finding) => finding.part === part);
}

test('a healthy plugin has nothing but good findings', () => {
    const passed = {ok: true, detail: 'It works.'};
    const all = findings(healthy, {consent: passed, webhook: passed, credentials: passed}, now, formats);
    expect(all.map(({part, level}) => `${part} ${level}`)).toEqual([
        'state good', 'credentials good', 'secret good', 'consent good', 'webhook good', 'bots good', 'subscriptions good', 'queues good',
        'links good', 'accounts good',
    ]);
});

const failed = {dead: 0, last_error: 'too large', last_error_at: '2026-01-02T00:00:00Z'};

test.each<[string, Finding['part'], Partial<PluginStatus>, Partial<Finding> | undefined]>([
    ['missing settings', 'state', {state: 'not_configured', missing_keys: ['tenantId', 'clientId']}, {level: 'bad', values: {keys: 'tenantId, clientId'}}],
    ['bad settings', 'state', {state: 'bad_settings', problems: [{key: 'graphUrl', message: 'must be https.'}]}, {level: 'bad', values: {keys: 'graphUrl'}, detail: 'graphUrl: must be https.'}],
    ['no database', 'state', {state: 'database_unavailable', error: 'refused'}, {level: 'bad', detail: 'refused'}],
    ['older settings than another node', 'state', {behind: {message: 'Bring them up to date.'}}, {level: 'warning', detail: 'Bring them up to date.'}],
    ['settings that wait', 'state', {pending_settings: {keys: ['clientSecret']}}, {level: 'warning', values: {keys: 'clientSecret'}}],
    ['refused credentials', 'credentials', {credentials: {state: 'refused', checked_at: null, error: 'AADSTS7000215'}}, {level: 'bad', detail: 'AADSTS7000215'}],
    ['credentials that were not used', 'credentials', {credentials: {state: 'unknown', checked_at: null}}, {level: 'unknown'}],
    ['a secret for 31 days', 'secret', {client_secret_expires_at: '2026-07-02T00:00:00Z'}, {level: 'good', values: {date: 'day 2026-07-02T00:00:00Z', time: '2678400 s'}}],
    ['a secret for 29 days', 'secret', {client_secret_expires_at: '2026-06-30T00:00:00Z'}, {level: 'warning'}],
    ['a secret that is over', 'secret', {client_secret_expires_at: '2026-05-31T00:00:00Z'}, {level: 'bad', text: 'msteams_sync.admin.expiry_over', values: {date: 'day 2026-05-31T00:00:00Z', time: '86400 s'}}],
    ['a secret of which nothing is known', 'secret', {client_secret_expires_at: null}, {level: 'unknown'}],
    ['a certificate instead of a secret', 'secret', {client_secret_expires_at: null, client_certificate_expires_at: '2026-06-02T00:00:00Z'}, undefined],
    ['a certificate that ends soon', 'certificate', {client_certificate_expires_at: '2026-06-02T00:00:00Z'}, {level: 'warning'}],
    ['no certificate', 'certificate', {}, undefined],
    ['no bot', 'bots', {bots: []}, {level: 'warning', text: 'msteams_sync.admin.bots_none'}],
    ['a bot that cannot send', 'bots', {bots: [{email: 'a@x', connected: true}, {email: 'b@x', connected: false, reason: 'Its licence is gone.'}]}, {level: 'warning', values: {connected: 1, count: 2}, detail: 'b@x: Its licence is gone.'}],
    ['no subscription', 'subscriptions', {subscriptions: []}, {level: 'good', text: 'msteams_sync.admin.subscriptions_none'}],
    ['a failing subscription', 'subscriptions', {subscriptions: [{state: 'active', expires_at: '2026-06-03T00:00:00Z'}, {state: 'wanted', expires_at: null, last_error: 'quota'}]},
        {level: 'bad', values: {active: 1, count: 2, time: 'time 2026-06-03T00:00:00Z'}, detail: 'quota'}],
    ['a new subscription', 'subscriptions', {subscriptions: [{state: 'creating', expires_at: null}]}, {level: 'warning', text: 'msteams_sync.admin.subscriptions_inactive'}],
    ['a subscription that goes', 'subscriptions', {subscriptions: [{state: 'removing', expires_at: null, last_error: 'gone'}]}, {level: 'good', text: 'msteams_sync.admin.subscriptions_none'}],
    ['late messages', 'queues', {queues: {inbound: {pending: 3, parked: 1, dead: 0, oldest_age_seconds: 61}, outbound: {pending: 1, parked: 0, dead: 0, oldest_age_seconds: 2}}}, {level: 'warning', values: {pending: 4, parked: 1, dead: 0, age: '61 s'}}],
    ['messages that were given up', 'queues', {queues: {inbound: {pending: 0, parked: 0, dead: 2, oldest_age_seconds: 0}}}, {level: 'warning', values: {pending: 0, parked: 0, dead: 2, age: '0 s'}}],
    ['queues of which nothing is known', 'queues', {queues: {}}, {level: 'good'}],
    ['a link with an error', 'links', {links: [...healthy.links, {channel_id: 'd', inbound: {...failed, last_event_at: '2026-01-01T00:00:00Z'}, outbound: {...idle, dead: 1}}]},
        {level: 'warning', values: {count: 2, broken: 1}, links: [{channelId: 'd', error: 'too large'}]}],
    ['links with errors, the newest first', 'links', {links: [
        {channel_id: 'c', inbound: {...idle, dead: 1}, outbound: {...failed, last_event_at: null, last_error: 'older'}},
        {channel_id: 'd', inbound: idle, outbound: {...failed, last_event_at: null, last_error_at: '2026-01-02T00:00:00.5Z', last_error: 'newer'}},
        {channel_id: 'e', inbound: {...idle, dead: 1}, outbound: idle},
    ]}, {values: {count: 3, broken: 3}, links: [{channelId: 'd', error: 'newer'}, {channelId: 'c', error: 'older'}, {channelId: 'e', error: ''}]}],
    ['a link whose error is over', 'links', {links: [{channel_id: 'd', inbound: {...failed, last_event_at: '2026-01-03T00:00:00Z'}, outbound: idle}]}, {level: 'good', values: {count: 1}}],
    ['an error in the same second as the last event, after it', 'links', {links: [{channel_id: 'd', inbound: {...failed, last_event_at: '2026-01-02T00:00:00Z', last_error_at: '2026-01-02T00:00:00.25Z'}, outbound: idle}]}, {level: 'warning'}],
    ['an error that is over, on a server in another zone', 'links', {links: [{channel_id: 'd', inbound: {...failed, last_error_at: '2026-01-02T09:00:00+09:00', last_event_at: '2026-01-02T00:00:01Z'}, outbound: idle}]}, {level: 'good'}],
    ['an error of a link on which nothing was carried yet', 'links', {links: [{channel_id: 'd', inbound: {...failed, last_event_at: null}, outbound: idle}]}, {level: 'warning'}],
    ['the subscription that ends first, in another zone', 'subscriptions', {subscriptions: [{state: 'active', expires_at: '2026-06-02T09:00:00+09:00'}, {state: 'active', expires_at: '2026-06-02T00:00:01Z'}]},
        {values: {active: 2, count: 2, time: 'time 2026-06-02T09:00:00+09:00'}}],
    ['the other billing model', 'evaluation', {}, undefined],
    ['a budget that lasts', 'evaluation', {evaluation: {applies: true, messages: 399, budget: 500, used_up: false}}, {level: 'good', values: {messages: 399, budget: 500}}],
    ['a budget that is nearly used up', 'evaluation', {evaluation: {applies: true, messages: 400, budget: 500, used_up: false}}, {level: 'warning'}],
    ['a budget that is used up', 'evaluation', {evaluation: {applies: true, messages: 500, budget: 500, used_up: true}}, {level: 'bad', text: 'msteams_sync.admin.evaluation_used_up'}],
    ['lost accounts', 'accounts', {accounts: {connected: 5, lost: 1}}, {level: 'warning', values: {connected: 5, lost: 1}}],
])('%s', (_name, part, changes, want) => {
    const found = find(part, changes);
    if (want) {
        expect(found).toMatchObject(want);
    } else {
        expect(found).toBeUndefined();
    }
});

test('what is tried out is unknown until it is known', () => {
    expect(find('webhook', {})).toMatchObject({level: 'unknown', text: 'msteams_sync.admin.checking'});
    expect(find('webhook', {}, {webhook: {ok: false, detail: 'It does not answer.'}})).toEqual({part: 'webhook', level: 'bad', detail: 'It does not answer.'});
});

test.each([
    ['en', 0, '0 seconds'],
    ['en', 59.9, '59 seconds'],
    ['en', 60, '1 minute'],
    ['de', 7_300, '2 Stunden'],
    ['fr', 86_400 * 40, '40 jours'],
    ['ja', 86_400, '1 日'],
])('in %s %d seconds are %s', (locale, seconds, want) => {
    expect(formatDuration(locale, seconds).replace(/\s/g, ' ')).toBe(want);
});
