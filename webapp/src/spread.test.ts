// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {Spread, spreadMs} from './spread';

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
});

test('what is wanted often is done once, at a random time', () => {
    const run = vi.fn();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const spread = new Spread(run);
    spread.soon();
    vi.advanceTimersByTime(spreadMs / 2 - 1);
    spread.soon();
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(spreadMs);
    expect(run).toHaveBeenCalledOnce();
    spread.soon();
    vi.advanceTimersByTime(spreadMs);
    expect(run).toHaveBeenCalledTimes(2);
});

test('clients do not ask all at once', () => {
    const times: number[] = [];
    for (let client = 0; client < 300; client++) {
        new Spread(() => times.push(Date.now())).soon();
    }
    const from = Date.now();
    vi.advanceTimersByTime(spreadMs);
    expect(times).toHaveLength(300);
    for (let second = 0; second < spreadMs; second += 1000) {
        expect(times.filter((time) => time >= from + second && time < from + second + 1000).length).toBeGreaterThan(30);
    }
});

test('what was stopped is not done', () => {
    const run = vi.fn();
    const spread = new Spread(run);
    spread.soon();
    spread.stop();
    vi.advanceTimersByTime(spreadMs);
    expect(run).not.toHaveBeenCalled();
});
