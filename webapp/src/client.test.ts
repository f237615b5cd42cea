// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, expect, test, vi} from 'vitest';

import {serve} from '../test/host';

import {Client, request} from './client';

afterEach(() => {
    vi.unstubAllGlobals();
    document.cookie = 'MMCSRF=; max-age=0';
});

test('a read carries the session and says that a script asks', async () => {
    document.cookie = 'MMCSRF=token%2B1';
    const fetched = serve({json: {needsConnect: true, canSkip: true, email: 'alex@demo.example'}});

    await expect(new Client().needsConnect()).resolves.toEqual({needsConnect: true, canSkip: true, email: 'alex@demo.example'});

    expect(fetched).toHaveBeenCalledWith('/plugins/com.mattermost.msteams-sync/needsConnect', expect.objectContaining({
        method: 'GET',
        credentials: 'include',
        headers: {Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest'},
    }));
});

test('a write carries the CSRF token and JSON', async () => {
    document.cookie = 'MMCSRF=token%2B1';
    const fetched = serve({json: {}});

    await request('POST', '/api/v1/links', undefined, {team: 't'});

    expect(fetched.mock.calls[0]?.[1]).toMatchObject({
        method: 'POST',
        body: '{"team":"t"}',
        headers: {'X-CSRF-Token': 'token+1', 'Content-Type': 'application/json'},
    });
});

test.each([
    ['an older answer without the optional fields', {needsConnect: true}, {needsConnect: true, canSkip: false, email: ''}],
    ['fields of another type', {needsConnect: false, canSkip: 'yes', email: 7}, {needsConnect: false, canSkip: false, email: ''}],
])('needsConnect understands %s', async (_name, json, want) => {
    serve({json});
    await expect(new Client().needsConnect()).resolves.toEqual(want);
});

test.each([
    ['no answer', 'no network' as const, {message: 'GET /needsConnect: no answer from the server', status: 0, code: ''}],
    ['a failure with a code', {status: 503, json: {code: 'not_ready'}}, {message: 'GET /needsConnect: the server answered 503', status: 503, code: 'not_ready'}],
    ["a proxy's failure", {status: 502, text: '<html></html>'}, {message: 'GET /needsConnect: the server answered 502', status: 502, code: ''}],
    ['a web page', {text: '<html></html>'}, {message: 'GET /needsConnect: the answer is not JSON', status: 200}],
    ['something else', {json: []}, {message: 'GET /needsConnect: the answer has no needsConnect', status: 200}],
])('needsConnect reports %s', async (_name, answer, want) => {
    serve(answer);
    await expect(new Client().needsConnect()).rejects.toMatchObject({name: 'ClientError', ...want});
});

test("the server's sentence for people comes along", async () => {
    serve({status: 409, json: {code: 'conflict', message: 'It is linked already.'}});
    await expect(request('POST', '/api/v1/links')).rejects.toMatchObject({status: 409, code: 'conflict', reason: 'It is linked already.'});
});

test('an answer without content is null', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, {status: 204})));
    await expect(request('DELETE', '/api/v1/links/c')).resolves.toBeNull();
});

test('an aborted request ends as aborted, not as a failure of the server', async () => {
    serve({json: {}});
    await expect(new Client().needsConnect(AbortSignal.abort())).rejects.toMatchObject({name: 'AbortError'});
});
