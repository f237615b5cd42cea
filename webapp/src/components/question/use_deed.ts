// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useState} from 'react';

export interface Deed {
    busy: boolean;

    /** Why the last try failed; null when none has. */
    failure: unknown;

    /** Does it, unless it is under way. */
    run: () => void;
}

/**
 * What happens when a question is answered with yes.
 *
 * @param done runs when it has worked; the question is not drawn any more then, or soon will not be.
 */
export function useDeed(deed: () => Promise<void>, done: () => void): Deed {
    const [busy, setBusy] = useState(false);
    const [failure, setFailure] = useState<unknown>(null);
    const run = async () => {
        setBusy(true);
        setFailure(null);
        try {
            await deed();
            done();
        } catch (error) {
            setFailure(error);
            setBusy(false);
        }
    };
    return {
        busy,
        failure,
        run: () => {
            if (!busy) {
                void run();
            }
        },
    };
}
