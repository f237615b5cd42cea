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
    const basename = (window.basename ?? '').replace(/\/+$/, '');
    return `${basename}/plugins/${pluginId}${route}`;
}
