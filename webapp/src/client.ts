// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {pluginURL} from './location';

/** What the server asks of the user who is logged in. */
export interface Requirement {

    /** The administrator enforces connected accounts and this user has none. */
    needsConnect: boolean;

    /** The user may put it off until the next refresh. */
    canSkip: boolean;

    /** E-mail address that the Teams account must have; "" when any will do. */
    email: string;
}

/** A request that brought no usable answer. */
export class ClientError extends Error {

    /** HTTP status; 0 when there was no answer at all. */
    readonly status: number;

    /** The server's word for programs, e.g. "not_ready"; "" when it said none. */
    readonly code: string;

    /** What the server says to people, in English; "" when it said nothing. */
    readonly reason: string;

    constructor(what: string, status: number, code = '', reason = '') {
        super(what);
        this.name = 'ClientError';
        this.status = status;
        this.code = code;
        this.reason = reason;
    }
}

/** The plugin's own routes, for the user who is logged in to Mattermost. */
export class Client {
    async needsConnect(signal?: AbortSignal): Promise<Requirement> {
        const route = '/needsConnect';
        const answer = await request('GET', route, signal);
        if (!isRecord(answer) || typeof answer.needsConnect !== 'boolean') {
            throw new ClientError(`GET ${route}: the answer has no needsConnect`, 200);
        }
        return {
            needsConnect: answer.needsConnect,
            canSkip: answer.canSkip === true,
            email: typeof answer.email === 'string' ? answer.email : '',
        };
    }
}

/**
 * Sends one request with the user's session and reads JSON; undefined when the server answers without content.
 *
 * The server takes a cookie session only together with X-Requested-With, and for writes also wants the token of the
 * cookie MMCSRF repeated in a header (Mattermost server, CSRF protection).
 *
 * @param body is sent as JSON; a Blob is sent as it is, under its own type.
 * @returns the answer; null where there is none to be (204).
 * @throws ClientError on a missing, failed or non-JSON answer; the DOMException "AbortError" when aborted.
 */
export async function request(method: string, route: string, signal?: AbortSignal, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = {
        Accept: 'application/json',
        'X-Requested-With': 'XMLHttpRequest',
    };
    if (method !== 'GET' && method !== 'HEAD') {
        headers['X-CSRF-Token'] = cookie('MMCSRF');
    }
    const options: RequestInit = {method, headers, credentials: 'include'};
    if (signal) {
        options.signal = signal;
    }
    if (body instanceof Blob) {
        headers['Content-Type'] = body.type;
        options.body = body;
    } else if (body !== undefined) {
        headers['Content-Type'] = 'application/json';
        options.body = JSON.stringify(body);
    }

    const what = `${method} ${route}`;
    let response: Response;
    try {
        response = await fetch(pluginURL(route), options);
    } catch (error) {
        if (signal?.aborted) {
            throw error;
        }
        throw new ClientError(`${what}: no answer from the server`, 0);
    }
    if (!response.ok) {
        const {code, message} = await refusal(response);
        throw new ClientError(`${what}: the server answered ${response.status}`, response.status, code, message);
    }
    if (response.status === 204) {
        return null;
    }
    try {
        return await response.json();
    } catch (error) {
        if (signal?.aborted) {
            throw error;
        }
        throw new ClientError(`${what}: the answer is not JSON`, response.status);
    }
}

/** The plugin's errors are JSON with a code and a message; those of Mattermost or a proxy in front of it are something else. */
async function refusal(response: Response): Promise<{code: string; message: string}> {
    const answer: unknown = await response.json().catch(() => null);
    if (!isRecord(answer) || typeof answer.code !== 'string') {
        return {code: '', message: ''};
    }
    return {code: answer.code, message: typeof answer.message === 'string' ? answer.message : ''};
}

function cookie(name: string): string {
    const pair = document.cookie.split('; ').find((entry) => entry.startsWith(`${name}=`));
    return pair ? decodeURIComponent(pair.slice(name.length + 1)) : '';
}

/** Whether JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null;
}
