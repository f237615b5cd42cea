// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React, {useCallback} from 'react';
import {useDispatch, useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {openLinkDialog} from '../../state/links';
import {selectPart} from '../../state/plugin_state';
import {Dialog} from '../dialog/dialog';
import {AnyChannelLink} from './any_channel_link';
import {ChannelLink} from './channel_link';

/** The dialog that links a channel, or shows and ends its link. Draws nothing while it is closed. */
export function LinkDialog() {
    const {dialog} = useSelector((state: GlobalState) => selectPart(state, 'links'));
    const dispatch = useDispatch();
    const close = useCallback(() => {
        dispatch({type: 'msteams_sync/link_dialog', dialog: null});
    }, [dispatch]);

    // What was linked is then shown, so that one sees that it is.
    const linked = useCallback((channelId: string) => {
        dispatch({type: 'msteams_sync/links_changed'});
        dispatch(openLinkDialog(channelId));
    }, [dispatch]);

    if (!dialog) {
        return null;
    }
    return (
        <Dialog
            title={<Text id='msteams_sync.link.title'/>}
            onDismiss={close}
            actions={(
                <button
                    type='button'
                    className='btn btn-tertiary'
                    onClick={close}
                >
                    <Text id='msteams_sync.link.close'/>
                </button>
            )}
        >
            {dialog.channelId ? <ChannelLink channelId={dialog.channelId}/> : <AnyChannelLink onLinked={linked}/>}
        </Dialog>
    );
}
