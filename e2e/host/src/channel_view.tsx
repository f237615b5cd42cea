// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Post} from '@mattermost/types/posts';
import type {UserProfile} from '@mattermost/types/users';
import React, {useState} from 'react';
import {useSelector} from 'react-redux';

import {AppBar, ChannelHeader, RightHandSidebar} from './channel_header';
import {openChannel, sendPost} from './channels';
import {Plugged} from './plugged';
import type {HostState} from './store';

/** The channels with what plugins draw beside their names, the posts of one, and a box to write in. */
export function ChannelView() {
    const channels = useSelector((state: HostState) => state.entities.channels.channels);
    const current = useSelector((state: HostState) => state.entities.channels.channels[state.entities.channels.currentChannelId]);
    return (
        <div className='channels'>
            <nav aria-label='Channels of the team'>
                <ul>
                    {Object.values(channels).map((channel) => (
                        <li key={channel.id}>
                            <button
                                type='button'
                                aria-current={channel.id === current?.id}
                                onClick={() => void openChannel(channel.id)}
                            >
                                {channel.display_name || channel.name}
                            </button>
                            <Plugged
                                place='SidebarChannelLinkLabel'
                                properties={{channel}}
                            />
                        </li>
                    ))}
                </ul>
            </nav>
            <main>
                <h1>{'Channels'}</h1>
                {current && (
                    <div className='channel-header'>
                        <h2>{current.display_name}</h2>
                        <Plugged
                            place='ChannelHeaderIcon'
                            properties={{channel: current}}
                        />
                        <ChannelHeader channel={current}/>
                    </div>
                )}
                <Posts channelId={current?.id ?? ''}/>
                <Composer channelId={current?.id ?? ''}/>
            </main>
            <RightHandSidebar/>
            <AppBar channel={current}/>
        </div>
    );
}

function Posts({channelId}: {channelId: string}) {
    const all = useSelector((state: HostState) => state.entities.posts.posts);
    const posts = Object.values(all).
        filter((post) => post.channel_id === channelId && post.state !== 'DELETED' && !post.delete_at).
        sort((one, other) => one.create_at - other.create_at);
    return (
        <ul
            className='posts'
            aria-label='Messages'
        >
            {posts.map((post) => (
                <DrawnPost
                    key={post.id}
                    post={post}
                />
            ))}
        </ul>
    );
}

function DrawnPost({post}: {post: Post}) {
    const author = useSelector((state: HostState) => state.entities.users.profiles[post.user_id]);
    return (
        <li data-post={post.id}>
            <Author user={author}/>
            <p>{post.message}</p>
            <Plugged
                place='PostMessageAttachment'
                properties={{postId: post.id, onHeightChange: () => undefined}}
            />
        </li>
    );
}

/** A user's name, and the card about them when it is clicked. */
function Author({user}: {user: UserProfile | undefined}) {
    const [open, setOpen] = useState(false);
    if (!user) {
        return null;
    }
    return (
        <>
            <button
                type='button'
                className='author'
                aria-expanded={open}
                onClick={() => {
                    setOpen(!open);
                }}
            >
                {user.username}
            </button>
            {open && (
                <div
                    className='popover'
                    role='group'
                    aria-label={`About ${user.username}`}
                >
                    <p>{user.nickname || user.username}</p>
                    <Plugged
                        place='PopoverUserAttributes'
                        properties={{user}}
                    />
                </div>
            )}
        </>
    );
}

function Composer({channelId}: {channelId: string}) {
    const [text, setText] = useState('');
    const [refused, setRefused] = useState('');
    const send = async () => {
        try {
            await sendPost(channelId, text);
            setText('');
            setRefused('');
        } catch (reason) {
            setRefused((reason as Error).message);
        }
    };
    return (
        <form
            onSubmit={(event) => {
                event.preventDefault();
                void send();
            }}
        >
            <textarea
                aria-label='Message'
                autoFocus={true}
                value={text}
                onChange={(event) => {
                    setText(event.target.value);
                }}
            />
            <button className='btn btn-primary'>{'Send'}</button>
            <p role='alert'>{refused}</p>
        </form>
    );
}
