// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect, useMemo, useState} from 'react';
import type {FormEvent} from 'react';
import {IntlProvider} from 'react-intl';
import {Provider, useSelector} from 'react-redux';
import {BrowserRouter, Link, Route, Switch, useHistory} from 'react-router-dom';

import {basename} from './basename';
import {ChannelView} from './channel_view';
import {Plugged} from './plugged';
import {logIn, logOut} from './session';
import {store} from './store';
import type {HostState} from './store';
import {SystemConsole} from './system_console';
import {UserSettingsDialog} from './user_settings';

/** The whole page: a log-in form, or the places in which plugins are drawn. */
export function Page() {
    return (
        <Provider store={store}>
            <Language>
                <BrowserRouter basename={basename}>
                    <Switch>
                        <Route path='/login'><LogIn/></Route>
                        <Route path='/admin_console'><SystemConsole/></Route>
                        <Route><Main/></Route>
                    </Switch>
                </BrowserRouter>
            </Language>
        </Provider>
    );
}

/** The language of the user, who may log in on this page; before, and for whoever has none, English. */
function Language({children}: {children: React.ReactNode}) {
    const locale = useSelector(({entities: {users}}: HostState) => users.profiles[users.currentUserId]?.locale) || 'en';
    const translations = useSelector((state: HostState) => state.plugins.translations);
    const messages = useMemo(() => Object.assign({}, ...Object.values(translations).map((of) => of(locale))) as Record<string, string>, [locale, translations]);
    useEffect(() => {
        document.documentElement.lang = locale;
    }, [locale]);
    return (
        <IntlProvider
            locale={locale}
            messages={messages}
        >
            {children}
        </IntlProvider>
    );
}

/** Root components are drawn in the channels alone, Global ones in products too, none in the System Console. */
function Main() {
    return (
        <>
            <header>
                <Link to='/'>{'Channels'}</Link>
                <Link to='/boards'>{'Boards'}</Link>
                <Link to='/admin_console'>{'System Console'}</Link>
                <MainMenu/>
                <button
                    type='button'
                    onClick={() => void logOut()}
                >
                    {'Log out'}
                </button>
            </header>
            <Switch>
                <Route path='/boards'>
                    <main><h1>{'A product'}</h1></main>
                </Route>
                <Route>
                    <ChannelView/>
                    <Plugged place='Root'/>
                </Route>
            </Switch>
            <UserSettingsDialog/>
            <Plugged place='Global'/>
        </>
    );
}

function MainMenu() {
    const menu = useSelector((state: HostState) => state.plugins.menu);
    return (
        <>
            {menu.map(({id, text, action}) => (
                <button
                    key={id}
                    type='button'
                    onClick={action}
                >
                    {text}
                </button>
            ))}
        </>
    );
}

function LogIn() {
    const [error, setError] = useState('');
    const history = useHistory();
    const submit = async (event: FormEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        try {
            await logIn(String(form.get('login_id')), String(form.get('password')));
            history.push('/');
        } catch (reason) {
            setError((reason as Error).message);
        }
    };
    return (
        <main>
            <h1>{'Log in'}</h1>
            <form
                className='log-in'
                onSubmit={(event) => void submit(event)}
            >
                <label>{'Email or username'}<input name='login_id'/></label>
                <label>{'Password'}<input
                    name='password'
                    type='password'
                                   /></label>
                <button className='btn btn-primary'>{'Log in'}</button>
                <p role='alert'>{error}</p>
            </form>
        </main>
    );
}
