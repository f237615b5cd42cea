// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {afterAll, expect} from 'vitest';

interface Task {
    mode: string;
    result?: {state: string} | undefined;
    tasks?: readonly Task[];
}

/** Every module that draws something, by its path below src/components. */
const modules = import.meta.glob<Record<string, unknown>>(['../src/components/*/*.tsx', '!../src/components/**/*.test.tsx']);

/** Whether all tests ran and passed: a run of some of them says nothing of the others. */
function isWhole(task: Task): boolean {
    return task.tasks ? task.tasks.every(isWhole) : task.mode === 'run' && task.result?.state === 'pass';
}

/**
 * Has the tests that are named after a component's folder fail, once all have run, if they never drew one of the components
 * which the folder's files export. JSX is classic here: every element goes through React.createElement.
 */
export function demandDrawn(): void {
    const drawn = new Set<unknown>();
    const createElement = React.createElement as (...args: unknown[]) => unknown;
    Object.assign(React, {createElement: (...args: unknown[]) => {
        drawn.add(args[0]);
        return createElement(...args);
    }});

    // eslint-disable-next-line no-empty-pattern -- vitest reads which fixtures are wanted from the first parameter
    afterAll(async ({}, file) => {
        const [, folder] = /\/components\/(\w+)\/\1\.test\.tsx$/.exec(expect.getState().testPath ?? '') ?? [];
        if (!folder || !isWhole(file)) {
            return;
        }
        const left: string[] = [];
        for (const [path, load] of Object.entries(modules)) {
            if (path.includes(`/components/${folder}/`)) {
                for (const [name, exported] of Object.entries(await load())) {
                    if (/^[A-Z]/.test(name) && typeof exported === 'function' && !drawn.has(exported)) {
                        left.push(name);
                    }
                }
            }
        }
        expect(left, `components of ${folder} that no test of the folder draws`).toEqual([]);
    });
}
