// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useEffect, useRef} from 'react';
import type {RefObject} from 'react';

/**
 * Keeps the focus near when what has it goes, e.g. a button with the link that it ended: it would fall to the page, and
 * who works with the keyboard or a screen reader would begin at its top.
 *
 * @param around has to stay in the page for as long as what is in it changes.
 * @param next says where the focus goes; null leaves it to what is around.
 */
export function useKeptFocus(around: RefObject<HTMLElement>, next: () => HTMLElement | null): void {
    const find = useRef(next);
    useEffect(() => {
        find.current = next;
    });
    useEffect(() => {
        const element = around.current;
        if (!element) {
            return undefined;
        }
        let last = element.contains(document.activeElement) ? document.activeElement : null;
        const came = ({target}: FocusEvent) => {
            last = target as Element;
        };

        // Browsers differ in whether they say so when an element is taken away; the user left only if it is still there.
        const went = ({target}: FocusEvent) => {
            queueMicrotask(() => {
                if (last?.isConnected && last === target && document.activeElement !== last) {
                    last = null;
                }
            });
        };
        const observer = new MutationObserver(() => {
            if (last && !last.isConnected && document.activeElement === document.body) {
                last = null;
                find.current()?.focus();
            }
        });
        element.addEventListener('focusin', came);
        element.addEventListener('focusout', went);
        observer.observe(element, {childList: true, subtree: true});
        return () => {
            element.removeEventListener('focusin', came);
            element.removeEventListener('focusout', went);
            observer.disconnect();
        };
    }, [around]);
}
