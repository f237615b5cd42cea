// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {GlobalState} from '@mattermost/types/store';
import {expect, test} from 'vitest';

import {connectionReducer} from './connection';
import type {ConnectionAction, ConnectionState} from './connection';
import {selectPart} from './plugin_state';

const mustConnect = {needsConnect: true, canSkip: true, email: 'alex@demo.example'};
const asked: ConnectionState = {userId: 'alex', requirement: mustConnect, failures: 0, skipped: false};

test.each<[string, ConnectionState, ConnectionAction, Partial<ConnectionState>]>([
    ['an answer ends a row of failures', {...asked, requirement: null, failures: 2}, {type: 'msteams_sync/checked', requirement: mustConnect}, {requirement: mustConnect, failures: 0}],
    ['a failure keeps what is known', asked, {type: 'msteams_sync/check_failed'}, {requirement: mustConnect, failures: 1}],
    ['connected ends the need', asked, {type: 'msteams_sync/connected'}, {requirement: {...mustConnect, needsConnect: false}}],
    ['skipping', asked, {type: 'msteams_sync/skipped'}, {skipped: true}],
    ['skipping where it is not allowed', {...asked, requirement: {...mustConnect, canSkip: false}}, {type: 'msteams_sync/skipped'}, {skipped: false}],
    ['the same user again keeps the skip', {...asked, skipped: true}, {type: 'msteams_sync/user', userId: 'alex'}, {skipped: true}],
    ['another user starts afresh', {...asked, skipped: true}, {type: 'msteams_sync/user', userId: 'blake'}, {userId: 'blake', requirement: null, skipped: false}],
    ['forgetting', asked, {type: 'msteams_sync/forgotten'}, {userId: '', requirement: null}],
])('%s', (_name, before, action, want) => {
    expect(connectionReducer(before, action)).toMatchObject(want);
});

test('actions of others change nothing', () => {
    expect(connectionReducer(asked, {type: 'RECEIVED_ME'})).toBe(asked);
});

test('before the reducer is in the store nothing is known', () => {
    expect(selectPart({} as GlobalState, 'connection')).toMatchObject({userId: '', requirement: null});
});
