// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

/**
 * Runs when the user looks at the page again, after another tab or another window.
 *
 * @returns what undoes it.
 */
export function onReturn(run: () => void): () => void {
    const look = () => {
        if (document.visibilityState === 'visible') {
            run();
        }
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
        window.removeEventListener('focus', look);
        document.removeEventListener('visibilitychange', look);
    };
}

/** How often at most the server is asked anew because the user is back. */
export const returnMs = 300_000;

/**
 * Asks the server anew when the user is back after a while: events may have been lost without the websocket having been
 * down, e.g. between the servers of a cluster.
 *
 * @returns what undoes it.
 */
export function askOnReturn(ask: () => void): () => void {
    let askedAt = Date.now();
    return onReturn(() => {
        if (Date.now() - askedAt >= returnMs) {
            askedAt = Date.now();
            ask();
        }
    });
}
