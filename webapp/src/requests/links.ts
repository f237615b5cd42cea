// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {ClientError, isRecord, request} from '../client';

/** A channel of Mattermost, as the server spells it. */
export interface MattermostChannel {
    id: string;
    display_name: string;
    team_id: string;
    team_name: string;
    team_display_name: string;
}

/** A Mattermost channel that may be linked, or is. */
export type ChannelChoice = MattermostChannel & {linked: boolean};

/** A team of Microsoft Teams. */
export interface TeamsTeam {
    id: string;
    display_name: string;
}

/** A channel of Microsoft Teams. */
export interface TeamsChannel {
    id: string;
    display_name: string;
    membership_type: string;

    /** It is linked already, or waits to be. */
    linked: boolean;

    /** The Mattermost channel that has it; absent when there is none, or none that the user may know of. */
    linked_with?: string;
}

/** How a link does. pending_approval: a system admin has to approve it first. */
export type LinkState = 'ok' | 'delayed' | 'error' | 'searching' | 'pending_approval';

/** A link, or a request for one, as its channel's members see it. */
export interface Link {

    /** Of the link, or of the request. */
    id: string;
    channel_id: string;
    channel: MattermostChannel;
    teams_team_id: string;
    teams_channel_id: string;

    /** "" when it is not known. */
    teams_team_name: string;
    teams_channel_name: string;
    created_at: string;
    state: LinkState;
    lag_seconds: number;

    /** How many messages were given up. */
    dead: number;
    last_event_at: string | null;
    last_error?: string;
    last_error_at: string | null;
    can_manage: boolean;
    can_approve: boolean;
}

/** A channel as somebody sees it who wants to link or unlink it. */
export interface ChannelState {
    channel: MattermostChannel;
    link: Link | null;
    can_manage: boolean;

    /** Why the user cannot link it; absent when they can. */
    refused?: string;
    needs_approval: boolean;
}

/** One page of what was found. */
export interface Found<Choice> {
    choices: Choice[];
    hasMore: boolean;
}

/** The same where the server says how many there are in all. */
export interface FoundOf<Choice> extends Found<Choice> {
    total: number;
}

/** What is to be linked. */
export interface WantedLink {
    channel_id: string;
    teams_team_id: string;
    teams_channel_id: string;

    /** Messages of the last so many days are brought along from Teams. */
    backfill_days: number;

    /** Posts of the last so many days are brought along to Teams. */
    backfill_to_teams_days: number;
}

/** The links of the user's channels, and how many there are in all. */
export function myLinks(text: string, page: number, signal?: AbortSignal): Promise<FoundOf<Link>> {
    return find('/api/v1/my/links', 'links', text, page, signal);
}

/** Mattermost channels that the user may link. */
export function searchChannels(text: string, page: number, signal?: AbortSignal): Promise<Found<ChannelChoice>> {
    return find('/api/v1/my/channels', 'channels', text, page, signal);
}

/** Whether what the user links waits for a system admin, whichever channel it is. */
export async function needsApproval(signal?: AbortSignal): Promise<boolean> {
    const route = '/api/v1/my/channels?q=&page=0';
    const answer = await request('GET', route, signal);
    if (!isRecord(answer)) {
        throw new ClientError(`GET ${route}: the answer does not say what the policy is`, 200);
    }
    return answer.needs_approval === true;
}

/** Teams of Microsoft Teams that the user may link. */
export function searchTeams(text: string, page: number, signal?: AbortSignal): Promise<Found<TeamsTeam>> {
    return find('/api/v1/my/teams', 'teams', text, page, signal);
}

/** Channels of a team of Microsoft Teams. */
export function searchTeamsChannels(team: string, text: string, page: number, signal?: AbortSignal): Promise<Found<TeamsChannel>> {
    return find(`/api/v1/my/teams/${encodeURIComponent(team)}/channels`, 'channels', text, page, signal);
}

/** One channel's link, and whether the user may make one. */
export async function channelState(channelId: string, signal?: AbortSignal): Promise<ChannelState> {
    const route = `/api/v1/my/channels/${encodeURIComponent(channelId)}/link`;
    const answer = await request('GET', route, signal);
    if (!isRecord(answer) || !isRecord(answer.channel)) {
        throw new ClientError(`GET ${route}: the answer has no channel`, 200);
    }
    return answer as unknown as ChannelState;
}

/**
 * Links two channels.
 *
 * @returns whether a system admin has to approve it first.
 */
export async function linkChannels(wanted: WantedLink): Promise<{pending: boolean}> {
    const answer = await request('POST', '/api/v1/links', undefined, wanted);
    return {pending: isRecord(answer) && answer.state === 'pending_approval'};
}

/** Unlinks a Mattermost channel, or takes back the request to link it. */
export async function unlinkChannel(channelId: string): Promise<void> {
    await request('DELETE', `/api/v1/links/${encodeURIComponent(channelId)}`);
}

/** Has what a channel may have missed in Teams looked for. */
export async function resyncChannel(channelId: string): Promise<void> {
    await request('POST', `/api/v1/links/${encodeURIComponent(channelId)}/resync`);
}

/** Makes a link that somebody asked for. */
export async function approveRequest(id: string): Promise<void> {
    await request('POST', `/api/v1/link-requests/${encodeURIComponent(id)}/approve`);
}

/** Refuses a link that somebody asked for; they are told the reason, if there is one. */
export async function refuseRequest(id: string, reason: string): Promise<void> {
    await request('POST', `/api/v1/link-requests/${encodeURIComponent(id)}/refuse`, undefined, {reason});
}

async function find<Choice>(route: string, name: string, text: string, page: number, signal?: AbortSignal): Promise<FoundOf<Choice>> {
    const query = new URLSearchParams({q: text, page: String(page)});
    const answer = await request('GET', `${route}?${query.toString()}`, signal);
    if (!isRecord(answer) || !Array.isArray(answer[name])) {
        throw new ClientError(`GET ${route}: the answer has no ${name}`, 200);
    }
    const choices = answer[name] as Choice[];
    return {choices, hasMore: answer.has_more === true, total: typeof answer.total === 'number' ? answer.total : choices.length};
}
