// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import {useCallback, useEffect, useRef, useState} from 'react';
import {useSelector} from 'react-redux';

import type {MessageId} from '../../i18n/translations';
import {pluginURL} from '../../location';
import {selectPart} from '../../state/plugin_state';

/** How often to ask while the user logs in; the websocket's event and the return to this tab are usually earlier. */
const pollMs = 10_000;

/**
 * idle: not begun. waiting: the log-in window was opened. blocked: the browser did not open it. refused: the user logged
 * in, and the account was not taken.
 */
export type ConnectPhase = 'idle' | 'waiting' | 'blocked' | 'refused';

export interface ConnectWindow {
    phase: ConnectPhase;

    /** Why the account was not taken, in the server's words. */
    refusal: string;

    /** Opens the log-in window. Has to run inside a click, else browsers take it for an unwanted pop-up. */
    open: () => void;

    /** The user opened the address by another way, e.g. the link shown when blocked. */
    openedElsewhere: () => void;
}

/** What the button says that opens the log-in window. */
export function connectText(phase: ConnectPhase): MessageId {
    return phase === 'idle' || phase === 'refused' ? 'msteams_sync.prompt.connect' : 'msteams_sync.prompt.connect_again';
}

/** The address that leads to Microsoft's log-in page. */
export function connectURL(): string {
    return pluginURL('/connect');
}

/**
 * Opens the window in which the user logs in to Microsoft. Has to run inside a click.
 *
 * @returns null when the browser blocks it.
 */
export function openConnectWindow(): Window | null {
    const opened = window.open(connectURL(), '_blank');
    if (opened) {

        // The pages in that window are not ours: they get no hold on this one.
        opened.opener = null;
    }
    return opened;
}

/**
 * Runs onLook whenever a log-in that has begun may be over: the event of it may not come to this node, or get lost.
 *
 * @returns what ends it.
 */
export function followLogIn(onLook: () => void): () => void {
    const onVisible = () => {
        if (document.visibilityState === 'visible') {
            onLook();
        }
    };
    const poll = setInterval(onLook, pollMs);
    window.addEventListener('focus', onLook);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
        clearInterval(poll);
        window.removeEventListener('focus', onLook);
        document.removeEventListener('visibilitychange', onVisible);
    };
}

/**
 * The window in which the user logs in to Microsoft. From its opening on, onLook runs whenever the log-in may be
 * over. The window is closed when the caller disappears, or has nothing to look for any more.
 *
 * @param onLook null once the account is connected.
 * @param begun how a log-in that began elsewhere is going.
 */
export function useConnectWindow(onLook: (() => void) | null, begun: ConnectPhase = 'idle'): ConnectWindow {
    const [phase, setPhase] = useState(begun);
    const {refusal} = useSelector((state: GlobalState) => selectPart(state, 'account'));
    const known = useRef(refusal);
    const opened = useRef<Window | null>(null);

    const open = useCallback(() => {
        opened.current?.close();
        opened.current = openConnectWindow();
        setPhase(opened.current ? 'waiting' : 'blocked');
    }, []);

    const openedElsewhere = useCallback(() => {
        setPhase('waiting');
    }, []);

    useEffect(() => (phase === 'waiting' && onLook ? followLogIn(onLook) : undefined), [phase, onLook]);

    // The window stays open: it says the same, and perhaps more of it.
    useEffect(() => {
        if (refusal !== known.current) {
            known.current = refusal;
            setPhase((before) => (refusal && before !== 'idle' ? 'refused' : before));
        }
    }, [refusal]);

    const over = !onLook;
    useEffect(() => {
        if (over) {
            opened.current?.close();
            opened.current = null;
            setPhase('idle');
        }
    }, [over]);

    useEffect(() => () => {
        opened.current?.close();
    }, []);

    return {phase, refusal: refusal?.reason ?? '', open, openedElsewhere};
}
