// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {ClientError} from './client';

const firstRetryMs = 2_000;
const longestRetryMs = 300_000;

/**
 * Something that the server knows and that is asked for again whenever it may have changed. While the server does not
 * answer it is asked ever more slowly.
 */
export class Fetched<T> {
    private inFlight: AbortController | null = null;
    private retry: ReturnType<typeof setTimeout> | undefined;
    private failures = 0;
    private stopped = false;

    /**
     * @param ask asks the server.
     * @param got is told each answer.
     * @param failed is told each failure; 401 is none, as the host leads to the log-in page then.
     */
    constructor(
        private readonly ask: (signal: AbortSignal) => Promise<T>,
        private readonly got: (answer: T) => void,
        private readonly failed: (error: unknown) => void = () => undefined,
    ) {}

    /** Asks. An answer that is under way is dropped, it could be older than the reason for asking. */
    async fetch(): Promise<void> {
        this.cancel();
        if (this.stopped) {
            return;
        }
        const inFlight = new AbortController();
        this.inFlight = inFlight;
        try {
            const answer = await this.ask(inFlight.signal);
            if (!inFlight.signal.aborted) {
                this.failures = 0;
                this.got(answer);
            }
        } catch (error) {
            if (!inFlight.signal.aborted && !(error instanceof ClientError && error.status === 401)) {
                this.failed(error);
                const delay = Math.min(firstRetryMs * (2 ** this.failures++), longestRetryMs);
                this.retry = setTimeout(() => void this.fetch(), delay);
            }
        }
    }

    /** Ends requests and timers for good. */
    stop(): void {
        this.stopped = true;
        this.cancel();
    }

    private cancel(): void {
        this.inFlight?.abort();
        this.inFlight = null;
        clearTimeout(this.retry);
    }
}
