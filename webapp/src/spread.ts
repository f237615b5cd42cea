// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

/** Within which time those who hear of the same change ask the server about it. */
export const spreadMs = 3_000;

/**
 * Runs something once for all that wanted it meanwhile, at a random time: what one client hears of, all members of a
 * channel hear of, and together they must not be more than the server can answer.
 */
export class Spread {
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly run: () => void) {}

    soon(): void {
        this.timer ??= setTimeout(() => {
            this.timer = undefined;
            this.run();
        }, Math.random() * spreadMs);
    }

    /** What was wanted is not any more. */
    stop(): void {
        clearTimeout(this.timer);
        this.timer = undefined;
    }
}
