// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {afterEach, beforeEach, expect, test, vi} from 'vitest';

import {askOnReturn, returnMs} from './page';

beforeEach(() => {
    vi.useFakeTimers();
});
afterEach(() => {
    vi.useRealTimers();
});

test('who is back has the server asked once in five minutes, and not while nobody looks', () => {
    const visible = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible');
    const ask = vi.fn();
    const undo = askOnReturn(ask);
    const back = () => {
        window.dispatchEvent(new Event('focus'));
        document.dispatchEvent(new Event('visibilitychange'));
    };
    back();
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(returnMs);
    visible.mockReturnValue('hidden');
    back();
    expect(ask).not.toHaveBeenCalled();
    visible.mockReturnValue('visible');
    back();
    back();
    expect(ask).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(returnMs);
    back();
    expect(ask).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(returnMs);
    undo();
    back();
    expect(ask).toHaveBeenCalledTimes(2);
});
