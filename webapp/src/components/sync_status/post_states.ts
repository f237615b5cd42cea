// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Dispatch} from 'redux';

import {mostPosts, postStates} from '../../requests/sync';
import type {PostsAction, PostsState} from '../../state/posts';

/** How long posts that come into view are gathered before the server is asked about them together. */
const gatherMs = 100;

/** When posts are asked about again that are still on their way, or were edited not long ago: events may get lost. */
export const unsettledMs = 60_000;

/** For how long an edit is followed that the server says has arrived: it may not have looked at it yet. */
export const editedMs = 300_000;

/** When all posts in view are asked about again, also those that are there: the server tells of changes for 15 minutes after a question. */
export const settledMs = 600_000;

/** When the server is asked again that did not answer. */
const retryMs = 15_000;

/** Keeps the states of the posts that are drawn: asks about them together, and is told of changes by events. */
export class PostStates {
    private readonly drawn = new Map<string, number>();
    private readonly edited = new Map<string, number>();
    private readonly queue = new Set<string>();
    private timer: ReturnType<typeof setTimeout> | undefined;
    private patrol: ReturnType<typeof setInterval> | undefined;
    private allAskedAt = 0;

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
        if (!this.patrol) {
            this.allAskedAt = Date.now();
            this.patrol = setInterval(() => {
                this.goRound();
            }, unsettledMs);
        }
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

    /** The post was edited just now. What becomes of the edit may show late, as the post itself is there already. */
    edit(post: string): void {
        this.edited.set(post, Date.now() + editedMs);
    }

    /** The server told of changes. */
    told(states: PostsState): void {
        this.dispatch({type: 'msteams_sync/post_states', states});
    }

    /** Events may have been missed, also about posts that are there. */
    missed(): void {
        this.allAskedAt = Date.now();
        this.ask(Array.from(this.drawn.keys()));
    }

    /** The user looks at the page again, perhaps after hours in which the server stopped telling. */
    seen(): void {
        if (this.drawn.size && Date.now() - this.allAskedAt >= settledMs) {
            this.missed();
        }
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
        this.edited.clear();
    }

    private goRound(): void {
        if (document.visibilityState === 'visible') {
            this.seen();
        }
        this.ask(this.unsettled());
    }

    private unsettled(): string[] {
        const states = this.current();
        const now = Date.now();
        this.edited.forEach((until, post) => {
            if (until < now) {
                this.edited.delete(post);
            }
        });
        return Array.from(this.drawn.keys()).filter((post) => states[post]?.state !== 'synced' || this.edited.has(post));
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
