// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Client, ClientError} from './client';
import type {Requirement} from './client';
import {ConnectionWatch} from './connection_watch';
import type {ConnectionAction} from './state/connection';

const free: Requirement = {needsConnect: false, canSkip: false, email: ''};

/** A watch on a server whose answers the test gives one by one. */
function setUp() {
    const client = new Client();
    const questions: {answer: (requirement: Requirement) => void; fail: (error: Error) => void; signal: AbortSignal | undefined}[] = [];
    vi.spyOn(client, 'needsConnect').mockImplementation((signal) => new Promise((answer, fail) => {
        questions.push({answer, fail, signal});
    }));
    const dispatched: ConnectionAction[] = [];
    const watch = new ConnectionWatch(client, (action) => {
        dispatched.push(action);
        return action;
    });
    return {watch, questions, dispatched};
}

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
});

async function settle() {
    await vi.advanceTimersByTimeAsync(0);
}

test('the start tells who it is about and asks once', async () => {
    const {watch, questions, dispatched} = setUp();
    watch.start('alex');
    questions[0]?.answer(free);
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(questions).toHaveLength(1);
    expect(dispatched).toEqual([
        {type: 'msteams_sync/user', userId: 'alex'},
        {type: 'msteams_sync/checked', requirement: free},
    ]);
});

test('a failing server is asked again after 2, 4, 8 … seconds, at most five minutes apart', async () => {
    const {watch, questions, dispatched} = setUp();
    watch.start('alex');
    for (const wait of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
        const asked = questions.length;
        questions.at(-1)?.fail(new ClientError('GET /needsConnect: the server answered 503', 503));
        await vi.advanceTimersByTimeAsync((wait * 1000) - 1);
        expect(questions).toHaveLength(asked);
        await vi.advanceTimersByTimeAsync(1);
        expect(questions).toHaveLength(asked + 1);
    }
    expect(dispatched.filter(({type}) => type === 'msteams_sync/check_failed')).toHaveLength(10);
});

test('a plugin that is not set up yet is asked again without a word to the user', async () => {
    const {watch, questions, dispatched} = setUp();
    watch.start('alex');
    questions[0]?.fail(new ClientError('GET /needsConnect: the server answered 503', 503, 'not_ready'));
    await vi.advanceTimersByTimeAsync(2000);
    expect(questions).toHaveLength(2);
    expect(dispatched).toEqual([{type: 'msteams_sync/user', userId: 'alex'}]);
});

test('an answer resets the pace', async () => {
    const {watch, questions} = setUp();
    watch.start('alex');
    questions[0]?.fail(new ClientError('down', 0));
    await vi.advanceTimersByTimeAsync(2000);
    questions[1]?.answer(free);
    await settle();
    void watch.check();
    questions[2]?.fail(new ClientError('down', 0));
    await vi.advanceTimersByTimeAsync(2000);
    expect(questions).toHaveLength(4);
});

test('the end of the session is no failure', async () => {
    const {watch, questions, dispatched} = setUp();
    watch.start('alex');
    questions[0]?.fail(new ClientError('GET /needsConnect: the server answered 401', 401));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(questions).toHaveLength(1);
    expect(dispatched).toEqual([{type: 'msteams_sync/user', userId: 'alex'}]);
});

test('the event overtakes a check that began before it', async () => {
    const {watch, questions, dispatched} = setUp();
    watch.start('alex');
    watch.connected();
    questions[0]?.answer({...free, needsConnect: true});
    questions[1]?.answer(free);
    await settle();

    expect(questions[0]?.signal?.aborted).toBe(true);
    expect(dispatched.slice(1)).toEqual([
        {type: 'msteams_sync/connected'},
        {type: 'msteams_sync/checked', requirement: free},
    ]);
});

test('a stopped watch asks nothing, now or later', async () => {
    const {watch, questions} = setUp();
    watch.start('alex');
    questions[0]?.fail(new ClientError('down', 0));
    await settle();
    watch.stop();
    await watch.check();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(questions).toHaveLength(1);
});
