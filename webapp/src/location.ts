// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {pluginId} from './plugin_id';

/**
 * The address of one of the plugin's own routes, as a path on the Mattermost origin.
 *
 * Mattermost may be installed under a path ("https://example.com/chat"); the host then sets window.basename to that
 * path. Every address of ours goes through here so that such installations work.
 *
 * @param route begins with a slash, e.g. "/connect".
 */
export function pluginURL(route: string): string {
    return hostURL(`/plugins/${pluginId}${route}`);
}

/**
 * The address of a channel in Mattermost, which leads from the id to the name.
 *
 * @param team the team's name as in addresses.
 */
export function channelURL(team: string, channelId: string): string {
    return hostURL(`/${encodeURIComponent(team)}/channels/${encodeURIComponent(channelId)}`);
}

function hostURL(path: string): string {
    return (window.basename ?? '').replace(/\/+$/, '') + path;
}
