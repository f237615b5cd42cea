// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, expect, test} from 'vitest';

import {channelURL, pluginURL} from './location';

afterEach(() => {
    delete window.basename;
});

test.each([
    ['a host that does not say', undefined, '/plugins/com.mattermost.msteams-sync/connect'],
    ['an install at the root', '', '/plugins/com.mattermost.msteams-sync/connect'],
    ['an install under a path', '/chat', '/chat/plugins/com.mattermost.msteams-sync/connect'],
    ['a path with a slash at its end', '/chat/', '/chat/plugins/com.mattermost.msteams-sync/connect'],
])('addresses on %s', (_name, basename, want) => {
    if (basename !== undefined) {
        window.basename = basename;
    }
    expect(pluginURL('/connect')).toBe(want);
    expect(channelURL('red', 'c')).toBe(want.replace(/\/plugins.*/, '/red/channels/c'));
});
