// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import React from 'react';
import {useSelector} from 'react-redux';

import {Text} from '../../i18n/text';
import {needsApproval} from '../../requests/links';
import {selectPart} from '../../state/plugin_state';
import {useRequest} from '../../use_request';
import {Failure} from '../failure/failure';
import {LinkForm} from './link_form';

interface Props {
    onLinked: (channelId: string) => void;
}

/** Links a channel that the user chooses; what the policy asks for is known before. */
export function AnyChannelLink({onLinked}: Props) {
    const {changes} = useSelector((state: GlobalState) => selectPart(state, 'links'));
    const {answer, error, again} = useRequest(needsApproval, changes);
    if (error !== null && answer === null) {
        return (
            <Failure
                error={error}
                onRetry={again}
            />
        );
    }
    if (answer === null) {
        return <p role='status'><Text id='msteams_sync.link.loading'/></p>;
    }
    return (
        <LinkForm
            channel={null}
            needsApproval={answer}
            onLinked={onLinked}
        />
    );
}
