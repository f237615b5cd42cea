// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {ClientError, isRecord, request} from '../client';
import {pluginURL} from '../location';

/** One direction's queue. */
export interface Queue {
    pending: number;
    parked: number;
    dead: number;

    /** Of the pending ones. */
    oldest_age_seconds: number;
}

/** One direction of a link. An error that is older than the last event is over. */
export interface Lane {
    dead: number;
    last_event_at: string | null;
    last_error?: string;
    last_error_at: string | null;
}

/** How the plugin is, as GET /api/v1/status says (plugin/httpapi/openapi.yaml), as far as it is shown. */
export interface PluginStatus {
    version: string;
    state: 'running' | 'not_configured' | 'bad_settings' | 'database_unavailable';
    missing_keys: string[];
    problems: {key: string; message: string}[];
    behind?: {message: string};
    pending_settings?: {keys: string[]; error?: string};
    credentials: {state: 'unknown' | 'accepted' | 'refused'; checked_at: string | null; error?: string};
    client_secret_expires_at: string | null;
    client_certificate_expires_at: string | null;
    error?: string;
    queues: {inbound?: Queue; outbound?: Queue};
    links: {channel_id: string; inbound: Lane; outbound: Lane}[];
    subscriptions: {state: string; expires_at: string | null; last_error?: string}[];
    evaluation: {applies: boolean; messages: number; budget: number; used_up: boolean};
    bots: {email: string; connected: boolean; reason?: string}[];
    accounts: {connected: number; lost: number};
}

export async function getStatus(signal?: AbortSignal): Promise<PluginStatus> {
    const answer = await request('GET', '/api/v1/status', signal);
    if (!isRecord(answer) || typeof answer.state !== 'string') {
        throw new ClientError('GET /api/v1/status: the answer is no status', 200);
    }
    return answer as unknown as PluginStatus;
}

/** What can be tried out. */
export const checkNames = ['credentials', 'consent', 'webhook'] as const;
export type CheckName = typeof checkNames[number];

/** What came of trying something out. */
export interface Check {
    ok: boolean;

    /** What was found and how to mend it, in English. */
    detail: string;
}

export async function runCheck(name: CheckName, signal?: AbortSignal): Promise<Check> {
    const answer = await request('POST', `/api/v1/checks/${name}`, signal);
    if (!isRecord(answer) || typeof answer.ok !== 'boolean' || typeof answer.detail !== 'string') {
        throw new ClientError(`POST /api/v1/checks/${name}: the answer is no check`, 200);
    }
    return {ok: answer.ok, detail: answer.detail};
}

/** How many users may connect while connections are restricted. */
export async function countWhitelist(signal?: AbortSignal): Promise<number> {
    const answer = await request('GET', '/api/v1/whitelist', signal);
    if (!isRecord(answer) || !Array.isArray(answer.users)) {
        throw new ClientError('GET /api/v1/whitelist: the answer is no whitelist', 200);
    }
    return answer.users.length;
}

/** What was taken from a file. */
export interface WhitelistUpload {

    /** Entries of the whitelist now. */
    count: number;

    /** What is neither an e-mail address nor a user name, and the lines in which that stands, from 1 on. */
    failed: {text: string; line: number}[];
}

/** Replaces the whitelist by the users in a CSV file. */
export async function uploadWhitelist(file: Blob): Promise<WhitelistUpload> {

    // Some systems have no type for .csv, or another one.
    const answer = await request('PUT', '/api/v1/whitelist', undefined, new Blob([file], {type: 'text/csv'}));
    if (!isRecord(answer) || typeof answer.count !== 'number' || !Array.isArray(answer.failed) || !Array.isArray(answer.failed_lines)) {
        throw new ClientError('PUT /api/v1/whitelist: the answer does not say what was taken', 200);
    }
    const lines = answer.failed_lines as number[];
    return {count: answer.count, failed: (answer.failed as string[]).map((text, at) => ({text, line: lines[at] ?? 0}))};
}

/** Where a browser gets the whitelist as a CSV file. */
export function whitelistFile(): string {
    return pluginURL('/api/v1/whitelist?format=csv');
}

/** Where a browser gets the report of connected users as a CSV file. */
export function connectedUsersFile(): string {
    return pluginURL('/api/v1/connected-users?format=csv');
}

/** A user who has connected an account. */
export interface ConnectedUser {
    mattermost_user_id: string;

    /** Empty when the user does not exist any more. */
    username: string;
    teams_display_name: string;
    teams_user_principal_name: string;
    teams_mail: string;
    token_state: 'ok' | 'lost' | 'other_key' | 'other_application';

    /** Why the token cannot be used, in English. */
    reason: string;
}

/** How people know a user. */
export function nameOf({username, mattermost_user_id: id}: ConnectedUser): string {
    return username ? `@${username}` : id;
}

/** How many connected users are asked for at a time. */
export const usersPage = 50;

/** A page of those who have connected an account, in the order in which they did. */
export async function connectedUsers(page: number, signal?: AbortSignal): Promise<{users: ConnectedUser[]; total: number}> {
    const answer = await request('GET', `/api/v1/connected-users?page=${page}&per_page=${usersPage}`, signal);
    if (!isRecord(answer) || !Array.isArray(answer.users) || typeof answer.total !== 'number') {
        throw new ClientError('GET /api/v1/connected-users: the answer is no page of users', 200);
    }
    return {users: answer.users as ConnectedUser[], total: answer.total};
}

/** Ends a user's connection; the plugin tells the user. */
export async function disconnectUser(id: string): Promise<void> {
    await request('DELETE', `/api/v1/connected-users/${encodeURIComponent(id)}`);
}
