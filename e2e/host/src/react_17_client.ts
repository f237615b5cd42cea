// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// react-dom/client as React 18 has it, over what React 17 has.

import ReactDOM from 'react-dom';
import type {ReactElement} from 'react';

interface LegacyReactDOM {
    render(element: ReactElement, container: Element): void;
}

export function createRoot(container: Element) {
    return {
        render(element: ReactElement): void {
            (ReactDOM as unknown as LegacyReactDOM).render(element, container);
        },
    };
}
