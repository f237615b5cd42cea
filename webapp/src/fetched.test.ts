// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {ClientError} from './client';
import {Fetched} from './fetched';

function setUp() {
    const questions: {answer: (value: string) => void; fail: (error: Error) => void; signal: AbortSignal}[] = [];
    const got = vi.fn();
    const failed = vi.fn();
    const fetched = new Fetched<string>((signal) => new Promise((answer, fail) => {
        questions.push({answer, fail, signal});
    }), got, failed);
    return {fetched, questions, got, failed};
}

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
});

test('a server that does not answer is asked ever more slowly', async () => {
    const {fetched, questions, got, failed} = setUp();
    void fetched.fetch();
    for (const wait of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
        const asked = questions.length;
        questions.at(-1)?.fail(new ClientError('down', 503));
        await vi.advanceTimersByTimeAsync((wait * 1000) - 1);
        expect(questions).toHaveLength(asked);
        await vi.advanceTimersByTimeAsync(1);
        expect(questions).toHaveLength(asked + 1);
    }
    expect(failed).toHaveBeenCalledTimes(10);
    questions.at(-1)?.answer('there');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(got).toHaveBeenCalledExactlyOnceWith('there');
    expect(questions).toHaveLength(11);
});

test('a newer question takes the place of an older one', async () => {
    const {fetched, questions, got} = setUp();
    void fetched.fetch();
    void fetched.fetch();
    questions[0]?.answer('old');
    questions[1]?.answer('new');
    await vi.advanceTimersByTimeAsync(0);
    expect(questions[0]?.signal.aborted).toBe(true);
    expect(got).toHaveBeenCalledExactlyOnceWith('new');
});

test('the end of the session is no failure', async () => {
    const {fetched, questions, failed} = setUp();
    void fetched.fetch();
    questions[0]?.fail(new ClientError('over', 401));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(failed).not.toHaveBeenCalled();
    expect(questions).toHaveLength(1);
});

test('what is stopped asks nothing, now or later', async () => {
    const {fetched, questions} = setUp();
    void fetched.fetch();
    questions[0]?.fail(new ClientError('down', 0));
    await vi.advanceTimersByTimeAsync(0);
    fetched.stop();
    await fetched.fetch();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(questions).toHaveLength(1);
});
