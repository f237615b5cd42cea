// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {ChannelLink} from './channel_link';

interface Props {
    channel: {id: string};
}

/** The body of the plugin's tab in a channel's settings. It saves by itself, so the host's save bar is not used. */
export function ChannelSettings({channel}: Props) {
    return <ChannelLink channelId={channel.id}/>;
}
