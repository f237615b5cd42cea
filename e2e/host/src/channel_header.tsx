// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import type {Channel} from '@mattermost/types/channels';
import React, {useState} from 'react';
import {useSelector} from 'react-redux';

import type {ChannelSettingsTab} from '../../../webapp/src/registry';

import {store} from './store';
import type {HostState} from './store';
import type {Surface} from './surfaces';

declare const __REACT__: number;

/** The page with React 17 stands for a host whose app bar is switched off: header buttons are drawn in the header then. */
const hasAppBar = __REACT__ >= 18;

function useSurfaces<Kind extends Surface['kind']>(kind: Kind) {
    const all = useSelector((state: HostState) => state.surfaces.all);
    return all.filter((surface) => surface.kind === kind) as Extract<Surface, {kind: Kind}>[];
}

/** A channel's menu, with what plugins added to it, and their buttons. */
export function ChannelHeader({channel}: {channel: Channel}) {
    const [open, setOpen] = useState(false);
    const [settings, setSettings] = useState(false);
    const state = useSelector((whole: HostState) => whole);
    const entries = useSurfaces('menu').filter(({shouldRender}) => shouldRender(state));
    const buttons = useSurfaces('button');
    const tabs = useSurfaces('tab').map(({tab}) => tab).filter(({shouldRender}) => shouldRender?.(state, channel) ?? true);
    const choose = (action: () => void) => {
        setOpen(false);
        action();
    };
    return (
        <>
            <button
                type='button'
                aria-expanded={open}
                onClick={() => {
                    setOpen(!open);
                }}
            >
                {'Channel menu'}
            </button>
            {open && (
                <ul
                    className='channel-menu'
                    aria-label='Channel menu'
                >
                    {entries.map(({id, text, action}) => (
                        <li key={id}>
                            <button
                                type='button'
                                onClick={() => {
                                    choose(() => {
                                        action(channel.id);
                                    });
                                }}
                            >
                                {text}
                            </button>
                        </li>
                    ))}
                    {tabs.length > 0 && (
                        <li>
                            <button
                                type='button'
                                onClick={() => {
                                    choose(() => {
                                        setSettings(true);
                                    });
                                }}
                            >
                                {'Channel settings'}
                            </button>
                        </li>
                    )}
                </ul>
            )}
            {!hasAppBar && buttons.map(({id, icon, tooltip, action}) => (
                <button
                    key={id}
                    type='button'
                    onClick={() => {
                        action(channel);
                    }}
                >
                    {icon}
                    <span>{tooltip}</span>
                </button>
            ))}
            {settings && (
                <ChannelSettings
                    channel={channel}
                    tabs={tabs}
                    onClose={() => {
                        setSettings(false);
                    }}
                />
            )}
        </>
    );
}

function ChannelSettings({channel, tabs, onClose}: {channel: Channel; tabs: ChannelSettingsTab[]; onClose: () => void}) {
    const [chosen, setChosen] = useState(0);
    const shown = tabs[chosen];
    return (
        <div
            className='modal'
            role='dialog'
            aria-modal='true'
            aria-label='Channel settings'
        >
            <h2>{'Channel settings'}</h2>
            <nav aria-label='Plugin settings'>
                {tabs.map(({uiName}, index) => (
                    <button
                        key={uiName}
                        type='button'
                        aria-current={index === chosen}
                        onClick={() => {
                            setChosen(index);
                        }}
                    >
                        {uiName}
                    </button>
                ))}
            </nav>
            {shown && <shown.component channel={channel}/>}
            <button
                type='button'
                className='btn btn-tertiary'
                onClick={onClose}
            >
                {'Close settings'}
            </button>
        </div>
    );
}

/** The bar at the right edge: plugins' icons for it, and the header buttons of those that have none. */
export function AppBar({channel}: {channel: Channel | undefined}) {
    const bar = useSurfaces('bar');
    const buttons = useSurfaces('button').filter(({pluginId}) => !bar.some((entry) => entry.pluginId === pluginId));
    if (!hasAppBar || !channel) {
        return null;
    }
    return (
        <aside
            className='app-bar'
            aria-label='App bar'
        >
            {bar.map(({id, iconURL, tooltip, action}) => (
                <button
                    key={id}
                    type='button'
                    onClick={() => {
                        action(channel);
                    }}
                >
                    <img
                        src={iconURL}
                        width={32}
                        height={32}
                        alt=''
                    />
                    <span>{tooltip}</span>
                </button>
            ))}
            {buttons.map(({id, icon, tooltip, action}) => (
                <button
                    key={id}
                    type='button'
                    onClick={() => {
                        action(channel);
                    }}
                >
                    {icon}
                    <span>{tooltip}</span>
                </button>
            ))}
        </aside>
    );
}

/** The right-hand sidebar that is open. */
export function RightHandSidebar() {
    const open = useSelector((state: HostState) => state.surfaces.sidebar);
    const sidebar = useSurfaces('sidebar').find(({id}) => id === open);
    if (!sidebar) {
        return null;
    }
    const {id, title, component: Component} = sidebar;
    return (
        <aside
            className='rhs'
            aria-label='Right-hand sidebar'
        >
            <div className='rhs-header'>
                <h2>{title}</h2>
                <button
                    type='button'
                    className='btn btn-tertiary'
                    onClick={() => {
                        store.dispatch({type: 'host/sidebar', id, open: false});
                    }}
                >
                    {'Close sidebar'}
                </button>
            </div>
            <Component/>
        </aside>
    );
}
