// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useCallback, useState} from 'react';

import {ClientError} from '../../client';
import {Text} from '../../i18n/text';
import {linkChannels, searchChannels, searchTeams, searchTeamsChannels} from '../../requests/links';
import type {ChannelChoice, MattermostChannel, TeamsChannel, TeamsTeam} from '../../requests/links';
import {Failure} from '../failure/failure';
import {SearchPicker} from '../search_picker/search_picker';
import {BackfillChoice} from './backfill_choice';
import {ConnectAccount} from './connect_account';

interface Props {

    /** The Mattermost channel; null when the user is to choose it. */
    channel: MattermostChannel | null;

    /** What the user links waits for a system admin. */
    needsApproval: boolean;

    /** Runs when it is done, with the Mattermost channel. */
    onLinked: (channelId: string, pending: boolean) => void;
}

/** Chooses a Mattermost channel, a team and a channel of Teams, and links the two. What was chosen stays when that fails. */
export function LinkForm({channel: given, needsApproval, onLinked}: Props) {
    const [channel, setChannel] = useState<MattermostChannel | null>(given);
    const [team, setTeam] = useState<TeamsTeam | null>(null);
    const [teamsChannel, setTeamsChannel] = useState<TeamsChannel | null>(null);
    const [days, setDays] = useState(0);
    const [daysToTeams, setDaysToTeams] = useState(0);
    const [unconnected, setUnconnected] = useState(false);
    const [busy, setBusy] = useState(false);
    const [failure, setFailure] = useState<unknown>(null);

    const findTeams = useCallback(async (text: string, page: number, signal: AbortSignal) => {
        try {
            return await searchTeams(text, page, signal);
        } catch (error) {
            setUnconnected(error instanceof ClientError && error.code === 'not_connected');
            throw error;
        }
    }, []);
    const teamId = team?.id ?? '';
    const findTeamsChannels = useCallback((text: string, page: number, signal: AbortSignal) => searchTeamsChannels(teamId, text, page, signal), [teamId]);
    const connected = useCallback(() => {
        setUnconnected(false);
    }, []);

    const submit = async () => {
        if (busy || !channel || !team || !teamsChannel) {
            return;
        }
        setBusy(true);
        setFailure(null);
        try {
            const {pending} = await linkChannels({channel_id: channel.id, teams_team_id: team.id, teams_channel_id: teamsChannel.id, backfill_days: days, backfill_to_teams_days: daysToTeams});
            onLinked(channel.id, pending);
        } catch (error) {
            setFailure(error);
            setBusy(false);
        }
    };
    if (unconnected) {
        return (
            <ConnectAccount
                reason='msteams_sync.link.connect_first'
                onConnected={connected}
            />
        );
    }
    return (
        <form
            onSubmit={(event) => {
                event.preventDefault();
                void submit();
            }}
        >
            {needsApproval && <p className='msteams-sync-note'><Text id='msteams_sync.link.needs_approval'/></p>}
            {!given && (
                <SearchPicker<ChannelChoice>
                    label='msteams_sync.link.channel'
                    search={searchChannels}
                    chosen={channel as ChannelChoice | null}
                    onChoose={setChannel}
                    textOf={channelText}
                    noteOf={({team_display_name: name, linked}) => <>{name}{linked && <>{' · '}<Text id='msteams_sync.link.taken'/></>}</>}
                    isBarred={({linked}) => linked}
                />
            )}
            <SearchPicker<TeamsTeam>
                label='msteams_sync.link.team'
                search={findTeams}
                chosen={team}
                onChoose={(choice) => {
                    setTeam(choice);
                    setTeamsChannel(null);
                }}
                textOf={({display_name: name}) => name}
            />
            <SearchPicker<TeamsChannel>
                label='msteams_sync.link.teams_channel'
                search={findTeamsChannels}
                chosen={teamsChannel}
                onChoose={setTeamsChannel}
                textOf={({display_name: name}) => name}
                noteOf={takenBy}
                isBarred={({linked}) => linked}
                disabled={!team}
            />
            <BackfillChoice
                label='msteams_sync.link.backfill'
                help='msteams_sync.link.backfill_help'
                days={days}
                onChange={setDays}
            />
            <BackfillChoice
                label='msteams_sync.link.backfill_to_teams'
                help='msteams_sync.link.backfill_to_teams_help'
                days={daysToTeams}
                onChange={setDaysToTeams}
            />
            {failure !== null && <Failure error={failure}/>}
            <button
                type='submit'
                className='btn btn-primary'
                aria-disabled={busy}
                disabled={!channel || !team || !teamsChannel}
            >
                <Text id={submitText(busy, failure !== null, needsApproval)}/>
            </button>
        </form>
    );
}

function submitText(busy: boolean, failed: boolean, needsApproval: boolean) {
    if (busy) {
        return 'msteams_sync.link.linking';
    }
    if (failed) {
        return 'msteams_sync.failure.retry';
    }
    return needsApproval ? 'msteams_sync.link.ask' : 'msteams_sync.link.link';
}

function channelText({display_name: name}: MattermostChannel): string {
    return name;
}

/** Says which Mattermost channel has a Teams channel, if the user may know it. */
function takenBy({linked, linked_with: channel}: TeamsChannel) {
    if (!linked) {
        return null;
    }
    return channel ?
        (
            <Text
                id='msteams_sync.link.taken_by'
                values={{channel}}
            />
        ) :
        <Text id='msteams_sync.link.taken_unseen'/>;
}
