// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import type {Action} from 'redux';

/** What the link dialog is about: a channel, or with "" whichever the user chooses in it. */
export interface LinkDialogSubject {
    channelId: string;
}

export interface LinksState {

    /** null while the dialog is closed. */
    dialog: LinkDialogSubject | null;

    /** Rises whenever links may have changed: what shows links asks the server again then. */
    changes: number;
}

export type LinksAction =
    | {type: 'msteams_sync/link_dialog'; dialog: LinkDialogSubject | null}
    | {type: 'msteams_sync/links_changed'};

const initial: LinksState = {dialog: null, changes: 0};

export function linksReducer(state: LinksState = initial, action: LinksAction | Action): LinksState {
    const ours = action as LinksAction;
    switch (ours.type) {
    case 'msteams_sync/link_dialog':
        return {...state, dialog: ours.dialog};
    case 'msteams_sync/links_changed':
        return {...state, changes: state.changes + 1};
    default:
        return state;
    }
}

/** Opens the dialog for a channel, or with "" for one that the user chooses in it. */
export function openLinkDialog(channelId: string): LinksAction {
    return {type: 'msteams_sync/link_dialog', dialog: {channelId}};
}

/** Whether the channel that the user looks at can be linked: direct and group messages cannot. */
export function isLinkable(channel: {type: string} | undefined): boolean {
    return channel?.type === 'O' || channel?.type === 'P';
}

/** The channel that the user looks at. */
export function selectCurrentChannel(state: GlobalState) {
    const {channels, currentChannelId} = state.entities.channels;
    return (channels as Record<string, {type: string} | undefined>)[currentChannelId];
}
