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
