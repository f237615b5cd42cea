// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Dispatch} from 'redux';

import {mostPosts, postStates} from '../../requests/sync';
import type {PostsAction, PostsState} from '../../state/posts';

/** How long posts that come into view are gathered before the server is asked about them together. */
const gatherMs = 100;

/** When posts are asked about again that are still on their way: events may get lost. */
const unsettledMs = 60_000;

/** When the server is asked again that did not answer. */
const retryMs = 15_000;

/** Keeps the states of the posts that are drawn: asks about each once, and is told of changes by events. */
export class PostStates {
    private readonly drawn = new Map<string, number>();
    private readonly queue = new Set<string>();
    private timer: ReturnType<typeof setTimeout> | undefined;
    private patrol: ReturnType<typeof setInterval> | undefined;

    /** @param current what is known. */
    constructor(private readonly dispatch: Dispatch<PostsAction>, private readonly current: () => PostsState) {}

    /**
     * A post is drawn, or has changed since.
     *
     * @returns what says that it is not drawn any more.
     */
    draw(post: string): () => void {
        this.drawn.set(post, (this.drawn.get(post) ?? 0) + 1);
        this.ask([post]);
        this.patrol ??= setInterval(() => {
            this.ask(this.unsettled());
        }, unsettledMs);
        return () => {
            const left = (this.drawn.get(post) ?? 1) - 1;
            if (left) {
                this.drawn.set(post, left);
                return;
            }
            this.drawn.delete(post);
            if (!this.drawn.size) {
                clearInterval(this.patrol);
                this.patrol = undefined;
            }
        };
    }

    /** The server told of changes. */
    told(states: PostsState): void {
        this.dispatch({type: 'msteams_sync/post_states', states});
    }

    /** Events may have been missed. */
    missed(): void {
        this.ask(this.unsettled());
    }

    /** Asks about posts soon. */
    ask(posts: readonly string[], afterMs = gatherMs): void {
        for (const post of posts) {
            this.queue.add(post);
        }
        if (this.queue.size) {
            this.timer ??= setTimeout(() => void this.flush(), afterMs);
        }
    }

    /** Ends all timers. */
    stop(): void {
        clearTimeout(this.timer);
        clearInterval(this.patrol);
        this.timer = this.patrol = undefined;
        this.queue.clear();
        this.drawn.clear();
    }

    private unsettled(): string[] {
        const states = this.current();
        return Array.from(this.drawn.keys()).filter((post) => states[post]?.state !== 'synced');
    }

    private async flush(): Promise<void> {
        this.timer = undefined;
        const posts = Array.from(this.queue).filter((post) => this.drawn.has(post)).slice(0, mostPosts);
        if (!posts.length) {
            this.queue.clear();
            return;
        }
        for (const post of posts) {
            this.queue.delete(post);
        }
        try {
            this.told(await postStates(posts));
            this.ask([]);
        } catch {
            this.ask(posts, retryMs);
        }
    }
}
