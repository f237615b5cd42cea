// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Dispatch} from 'redux';

import {ClientError} from './client';
import type {Client} from './client';
import type {ConnectionAction} from './state/connection';

const firstRetryMs = 2_000;
const longestRetryMs = 300_000;

/**
 * Keeps the store's connection state true for one user: asks the server at the start and whenever somebody says that
 * something may have changed, and tries again by itself, ever more slowly, while the server does not answer.
 */
export class ConnectionWatch {
    private inFlight: AbortController | null = null;
    private retry: ReturnType<typeof setTimeout> | undefined;
    private failures = 0;
    private watching = false;

    constructor(private readonly client: Client, private readonly dispatch: Dispatch<ConnectionAction>) {}

    /** Begins with the user who has just logged in, or goes on with the same one. */
    start(userId: string): void {
        this.stop();
        this.watching = true;
        this.dispatch({type: 'msteams_sync/user', userId});
        void this.check();
    }

    /** Ends requests and timers. What is known stays in the store. */
    stop(): void {
        this.watching = false;
        this.failures = 0;
        this.cancel();
    }

    /** The server says that the account is connected now: no need to wait for the confirmation. */
    connected(): void {
        this.dispatch({type: 'msteams_sync/connected'});
        void this.check();
    }

    /** Asks the server; a check that is under way is dropped, its answer could be older than the reason for this one. */
    async check(): Promise<void> {
        this.cancel();
        if (!this.watching) {
            return;
        }
        const inFlight = new AbortController();
        this.inFlight = inFlight;
        try {
            const requirement = await this.client.needsConnect(inFlight.signal);
            if (!inFlight.signal.aborted) {
                this.failures = 0;
                this.dispatch({type: 'msteams_sync/checked', requirement});
            }
        } catch (error) {
            if (!inFlight.signal.aborted) {
                this.failed(error);
            }
        }
    }

    private failed(error: unknown): void {
        if (error instanceof ClientError && error.status === 401) {

            // The session is over; the host leads to the log-in page and the next start begins anew.
            return;
        }
        this.failures++;

        // A plugin that is not set up yet has nothing to ask of anybody: that is not worth a word.
        if (!(error instanceof ClientError && error.code === 'not_ready')) {
            this.dispatch({type: 'msteams_sync/check_failed'});
        }
        const delay = Math.min(firstRetryMs * (2 ** (this.failures - 1)), longestRetryMs);
        this.retry = setTimeout(() => void this.check(), delay);
    }

    private cancel(): void {
        this.inFlight?.abort();
        this.inFlight = null;
        clearTimeout(this.retry);
    }
}
