// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {useEffect} from 'react';
import type {RefObject} from 'react';

const focusable = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled])';

/** What keeps the keyboard now, the topmost last: two at a time would take it from each other. */
const traps: HTMLElement[] = [];

function isTopmost(element: HTMLElement): boolean {
    return traps[traps.length - 1] === element;
}

/**
 * Keeps the keyboard inside an element while it is drawn: Tab goes round in it, focus that the page moves elsewhere
 * comes back, and keys do not reach the page's shortcuts. Afterwards focus returns to where it was; if that is gone, as an
 * entry of a menu is, into what was drawn before, to where the page wanted it meanwhile, or to the message box.
 * Of several at a time the last that was drawn does so.
 *
 * @param onEscape what the Escape key does; without it the key does nothing.
 */
export function useFocusTrap(container: RefObject<HTMLElement>, onEscape?: () => void): void {
    useEffect(() => {
        const element = container.current;
        if (!element) {
            return undefined;
        }
        const before = document.activeElement;
        traps.push(element);
        let last = first(element);
        let bringing = false;
        let wanted: EventTarget | null = null;
        last.focus();

        // Mattermost moves focus to the message box by itself, e.g. when a channel is drawn.
        const bringBack = (event: FocusEvent) => {
            if (!isTopmost(element)) {
                return;
            }
            if (event.target instanceof HTMLElement && element.contains(event.target)) {
                last = event.target;
                return;
            }

            wanted = event.target;

            // A dialog of the host's own may do the same: then it wins, instead of both taking the focus for ever.
            if (!bringing) {
                bringing = true;
                (element.contains(last) ? last : first(element)).focus();
                bringing = false;
            }
        };
        document.addEventListener('focusin', bringBack);
        return () => {
            document.removeEventListener('focusin', bringBack);
            const wasTopmost = isTopmost(element);
            traps.splice(traps.indexOf(element), 1);
            if (!wasTopmost) {
                return;
            }
            const below = traps[traps.length - 1];
            if (canTakeFocus(before)) {
                before.focus();
            } else if (below) {
                first(below).focus();
            } else {
                [wanted, document.getElementById(messageBox)].find(canTakeFocus)?.focus();
            }
        };
    }, [container]);

    useEffect(() => {
        const element = container.current;
        if (!element) {
            return undefined;
        }
        const onKeyDown = (event: KeyboardEvent) => {
            if (!isTopmost(element)) {
                return;
            }
            if (event.key === 'Tab') {
                goRound(element, event);
            } else if (event.key === 'Escape') {
                onEscape?.();
            }
            event.stopPropagation();
        };

        // What had the focus may be gone from the element: the page has the focus then, and would get the keys.
        const onLostKey = (event: KeyboardEvent) => {
            if (isTopmost(element) && document.activeElement === document.body) {
                first(element).focus();
                event.preventDefault();
                event.stopPropagation();
                if (event.key === 'Escape') {
                    onEscape?.();
                }
            }
        };
        element.addEventListener('keydown', onKeyDown);
        document.addEventListener('keydown', onLostKey, true);
        return () => {
            element.removeEventListener('keydown', onKeyDown);
            document.removeEventListener('keydown', onLostKey, true);
        };
    }, [container, onEscape]);
}

/** Where the host's users write: it puts the focus there itself when it does not know better. */
const messageBox = 'post_textbox';

function canTakeFocus(element: unknown): element is HTMLElement {
    return element instanceof HTMLElement && element.isConnected && element !== document.body;
}

function stops(element: HTMLElement): HTMLElement[] {
    return Array.from(element.querySelectorAll<HTMLElement>(focusable));
}

function first(element: HTMLElement): HTMLElement {
    return stops(element)[0] ?? element;
}

function goRound(element: HTMLElement, event: KeyboardEvent): void {
    const all = stops(element);
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    const other = event.shiftKey ? all[all.length - 1] : all[0];
    if (!all.length) {
        event.preventDefault();
    } else if (document.activeElement === edge || document.activeElement === element) {
        event.preventDefault();
        other?.focus();
    }
}
