// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {MessageId} from '../../i18n/translations';
import type {Check, CheckName, Lane, PluginStatus, Queue} from '../../requests/admin';

export type Level = 'good' | 'warning' | 'bad' | 'unknown';

/** How one part of the plugin is. */
export interface Finding {
    part: 'state' | 'credentials' | 'secret' | 'certificate' | 'consent' | 'webhook' | 'bots' | 'subscriptions' | 'queues' | 'links' | 'evaluation' | 'accounts';
    level: Level;
    text?: MessageId;
    values?: Record<string, string | number>;

    /** Words of the server or of Microsoft, in English. */
    detail?: string;

    /** The links that it is about. */
    links?: BrokenLink[];
}

/** A link with an error. */
export interface BrokenLink {
    channelId: string;

    /** The newest error, in the server's words; "" when it said none. */
    error: string;
}

/** How times and numbers are written in the user's language. */
export interface Formats {
    date(time: string): string;
    time(time: string): string;
    duration(seconds: number): string;
}

/** How long before its end a credential is shown as a warning. */
export const warningDays = 30;

/** From this age on, what waits is late. */
const lateSeconds = 60;

const daySeconds = 86_400;

/** What came of trying things out; a missing one is under way. */
export type Checks = Partial<Record<CheckName, Check>>;

/** Says how everything is, in the order in which one would look. */
export function findings(status: PluginStatus, checks: Checks, now: number, formats: Formats): Finding[] {
    const all: (Finding | null)[] = [
        describeState(status),
        describeCredentials(status, formats),
        describeSecret(status, now, formats),
        describeCertificate(status, now, formats),
        describeCheck('consent', checks),
        describeCheck('webhook', checks),
        describeBots(status),
        describeSubscriptions(status, formats),
        describeQueues(status, formats),
        describeLinks(status),
        describeEvaluation(status),
        describeAccounts(status),
    ];
    return all.filter((finding) => finding !== null);
}

function describeState(status: PluginStatus): Finding {
    const part = 'state';
    switch (status.state) {
    case 'not_configured':
        return {part, level: 'bad', text: 'msteams_sync.admin.state_missing', values: {keys: status.missing_keys.join(', ')}};
    case 'bad_settings':
        return {
            part,
            level: 'bad',
            text: 'msteams_sync.admin.state_bad',
            values: {keys: status.problems.map(({key}) => key).join(', ')},
            detail: status.problems.map(({key, message}) => `${key}: ${message}`).join(' '),
        };
    case 'database_unavailable':
        return {part, level: 'bad', text: 'msteams_sync.admin.state_database', ...said(status.error)};
    case 'running':
    }
    if (status.behind) {
        return {part, level: 'warning', text: 'msteams_sync.admin.state_behind', detail: status.behind.message};
    }
    if (status.pending_settings) {
        const {keys, error} = status.pending_settings;
        return {part, level: 'warning', text: 'msteams_sync.admin.state_pending', values: {keys: keys.join(', ')}, ...said(error)};
    }
    return {part, level: 'good', text: 'msteams_sync.admin.state_running', values: {version: status.version}};
}

function describeCredentials({credentials}: PluginStatus, formats: Formats): Finding {
    const part = 'credentials';
    switch (credentials.state) {
    case 'accepted':
        return {part, level: 'good', text: 'msteams_sync.admin.credentials_accepted', values: {time: credentials.checked_at ? formats.time(credentials.checked_at) : ''}};
    case 'refused':
        return {part, level: 'bad', text: 'msteams_sync.admin.credentials_refused', ...said(credentials.error)};
    default:
        return {part, level: 'unknown', text: 'msteams_sync.admin.credentials_unknown'};
    }
}

function describeSecret(status: PluginStatus, now: number, formats: Formats): Finding | null {
    if (status.client_secret_expires_at) {
        return describeExpiry('secret', status.client_secret_expires_at, now, formats);
    }

    // With a certificate there may be no secret at all.
    return status.client_certificate_expires_at ? null : {part: 'secret', level: 'unknown', text: 'msteams_sync.admin.expiry_unknown'};
}

function describeCertificate(status: PluginStatus, now: number, formats: Formats): Finding | null {
    const end = status.client_certificate_expires_at;
    return end ? describeExpiry('certificate', end, now, formats) : null;
}

function describeExpiry(part: 'secret' | 'certificate', end: string, now: number, formats: Formats): Finding {
    const seconds = (Date.parse(end) - now) / 1000;
    const values = {date: formats.date(end), time: formats.duration(Math.abs(seconds))};
    if (seconds <= 0) {
        return {part, level: 'bad', text: 'msteams_sync.admin.expiry_over', values};
    }
    return {part, level: seconds < warningDays * daySeconds ? 'warning' : 'good', text: 'msteams_sync.admin.expiry_left', values};
}

function describeCheck(part: 'consent' | 'webhook', checks: Checks): Finding {
    const check = checks[part];
    if (!check) {
        return {part, level: 'unknown', text: 'msteams_sync.admin.checking'};
    }
    return {part, level: check.ok ? 'good' : 'bad', detail: check.detail};
}

function describeBots({bots}: PluginStatus): Finding {
    const part = 'bots';
    const connected = bots.filter((bot) => bot.connected).length;
    if (connected === 0) {
        return {part, level: 'warning', text: 'msteams_sync.admin.bots_none', ...said(bots.map(({email, reason}) => `${email}: ${reason ?? ''}`).join(' '))};
    }
    return {
        part,
        level: connected === bots.length ? 'good' : 'warning',
        text: 'msteams_sync.admin.bots_connected',
        values: {connected, count: bots.length},
        ...said(bots.filter((bot) => !bot.connected).map(({email, reason}) => `${email}: ${reason ?? ''}`).join(' ')),
    };
}

function describeSubscriptions({subscriptions}: PluginStatus, formats: Formats): Finding {
    const part = 'subscriptions';
    const wanted = subscriptions.filter(({state}) => state !== 'removing');
    if (wanted.length === 0) {
        return {part, level: 'good', text: 'msteams_sync.admin.subscriptions_none'};
    }
    const active = wanted.filter(({state}) => state === 'active');
    const failing = wanted.find(({state, last_error: error}) => state !== 'active' && error);
    const next = active.map(({expires_at: end}) => end).filter((end) => end !== null).sort((a, b) => instant(a) - instant(b))[0];
    return {
        part,
        level: failing ? 'bad' : (active.length === wanted.length ? 'good' : 'warning'),
        text: next ? 'msteams_sync.admin.subscriptions_active' : 'msteams_sync.admin.subscriptions_inactive',
        values: {active: active.length, count: wanted.length, time: next ? formats.time(next) : ''},
        ...said(failing?.last_error),
    };
}

function describeQueues({queues}: PluginStatus, formats: Formats): Finding {
    const part = 'queues';
    const both = [queues.inbound, queues.outbound].filter((queue): queue is Queue => queue !== undefined);
    const sum = (count: (queue: Queue) => number) => both.reduce((all, queue) => all + count(queue), 0);
    const dead = sum((queue) => queue.dead);
    const age = Math.max(0, ...both.map((queue) => queue.oldest_age_seconds));
    return {
        part,
        level: dead > 0 || age > lateSeconds ? 'warning' : 'good',
        text: 'msteams_sync.admin.queues',
        values: {pending: sum((queue) => queue.pending), age: formats.duration(age), parked: sum((queue) => queue.parked), dead},
    };
}

function describeLinks({links}: PluginStatus): Finding {
    const part = 'links';
    const lanes = links.flatMap(({channel_id: channel, inbound, outbound}) => [{channel, ...inbound}, {channel, ...outbound}]);
    const failing = (lane: Lane) => lane.last_error && instant(lane.last_error_at) > instant(lane.last_event_at);
    const broken = lanes.filter((lane) => lane.dead > 0 || failing(lane)).sort((a, b) => instant(b.last_error_at) - instant(a.last_error_at));
    const errors = new Map<string, string>();
    for (const {channel, last_error: error = ''} of broken) {
        if (!errors.get(channel)) {
            errors.set(channel, error); // the newest
        }
    }
    if (!errors.size) {
        return {part, level: 'good', text: 'msteams_sync.admin.links_good', values: {count: links.length}};
    }
    return {
        part,
        level: 'warning',
        text: 'msteams_sync.admin.links_broken',
        values: {count: links.length, broken: errors.size},
        links: Array.from(errors, ([channelId, error]) => ({channelId, error})),
    };
}

function describeEvaluation({evaluation}: PluginStatus): Finding | null {
    const {applies, messages, budget, used_up: usedUp} = evaluation;
    if (!applies) {
        return null;
    }
    return {
        part: 'evaluation',
        level: usedUp ? 'bad' : (messages >= 0.8 * budget ? 'warning' : 'good'),
        text: usedUp ? 'msteams_sync.admin.evaluation_used_up' : 'msteams_sync.admin.evaluation_used',
        values: {messages, budget},
    };
}

function describeAccounts({accounts: {connected, lost}}: PluginStatus): Finding {
    return {part: 'accounts', level: lost > 0 ? 'warning' : 'good', text: 'msteams_sync.admin.accounts', values: {connected, lost}};
}

/** A time as a number: as text, times with and without fractions of a second, or of different zones, compare wrongly. */
function instant(time: string | null): number {
    return time === null ? -Infinity : Date.parse(time);
}

/** Words of somebody else, if there are any. */
function said(detail: string | undefined): {detail?: string} {
    return detail ? {detail} : {};
}
