// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {ClientError, isRecord, request} from '../client';

/** The user's own connection with Microsoft Teams. */
export interface MyConnection {
    connected: boolean;

    /** The Teams account, also while it cannot send; null when none is connected. */
    account: {name: string; upn: string} | null;

    /** The user would be let to Microsoft's log-in page now. */
    canConnect: boolean;

    /** Why the connection does not work, or why the user may not connect; "" for neither. */
    reason: string;

    /** E-mail address that the Teams account must have; "" when any will do. */
    email: string;
}

export async function myConnection(signal?: AbortSignal): Promise<MyConnection> {
    return read('GET /api/v1/my/connection', await request('GET', '/api/v1/my/connection', signal));
}

/** Disconnects the user's Teams account; doing so twice does no harm. */
export async function disconnect(): Promise<MyConnection> {
    return read('POST /api/v1/my/disconnect', await request('POST', '/api/v1/my/disconnect'));
}

function read(what: string, answer: unknown): MyConnection {
    if (!isRecord(answer) || typeof answer.connected !== 'boolean') {
        throw new ClientError(`${what}: the answer has no connected`, 200);
    }
    const account = answer.teams_account;
    return {
        connected: answer.connected,
        account: isRecord(account) ? {name: text(account.display_name), upn: text(account.user_principal_name) || text(account.mail)} : null,
        canConnect: answer.can_connect !== false,
        reason: text(answer.reason),
        email: text(answer.email_must_match),
    };
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}
