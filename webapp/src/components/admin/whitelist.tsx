// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useCallback, useEffect, useRef, useState} from 'react';

import {ClientError} from '../../client';
import {Text} from '../../i18n/text';
import {countWhitelist, uploadWhitelist, whitelistFile} from '../../requests/admin';
import type {WhitelistUpload} from '../../requests/admin';

type Upload = {state: 'idle' | 'sending'} | {state: 'done'; taken: WhitelistUpload} | {state: 'failed'; reason: string};

/** How many of the lines that could not be taken are shown. */
const mostShown = 10;

/** The list of those who may connect while connections are restricted: its length, its file, and a way to replace it. */
export function Whitelist() {
    const [count, setCount] = useState<number | null>(null);
    const [upload, setUpload] = useState<Upload>({state: 'idle'});
    const chooser = useRef<HTMLInputElement>(null);

    const look = useCallback(async (signal?: AbortSignal) => {
        try {
            setCount(await countWhitelist(signal));
        } catch {
            // The length is an extra; the buttons say what is wrong when they are used.
        }
    }, []);
    useEffect(() => {
        const inFlight = new AbortController();
        void look(inFlight.signal);
        return () => {
            inFlight.abort();
        };
    }, [look]);

    const send = async (file: File) => {
        setUpload({state: 'sending'});
        try {
            const taken = await uploadWhitelist(file);
            setUpload({state: 'done', taken});
            setCount(taken.count);
        } catch (error) {
            setUpload({state: 'failed', reason: error instanceof ClientError ? error.reason : ''});
        }
    };

    return (
        <section
            className='msteams-sync-panel'
            aria-labelledby='msteams-sync-whitelist'
        >
            <h3
                id='msteams-sync-whitelist'
                className='msteams-sync-panel__title'
            >
                <Text id='msteams_sync.admin.whitelist_title'/>
            </h3>
            <p>
                <Text id='msteams_sync.admin.whitelist_text'/>
                {' '}
                {count !== null && (
                    <Text
                        id='msteams_sync.admin.whitelist_count'
                        values={{count}}
                    />
                )}
            </p>
            <div className='msteams-sync-panel__actions'>
                <a
                    className='btn btn-tertiary'
                    href={whitelistFile()}
                    download={true}
                >
                    <Text id='msteams_sync.admin.whitelist_download'/>
                </a>
                <input
                    ref={chooser}
                    id='msteams-sync-whitelist-file'
                    className='msteams-sync-file'
                    type='file'
                    accept='.csv,text/csv,text/plain'
                    disabled={upload.state === 'sending'}
                    onChange={(event) => {
                        const [file] = event.target.files ?? [];
                        if (file) {
                            void send(file);
                        }

                        // The same file can be chosen again, after a correction.
                        event.target.value = '';
                    }}
                />
                <label
                    className='btn btn-tertiary'
                    htmlFor='msteams-sync-whitelist-file'
                >
                    <Text id='msteams_sync.admin.whitelist_upload'/>
                </label>
            </div>
            <div role='status'>
                {upload.state === 'sending' && <Text id='msteams_sync.admin.whitelist_sending'/>}
                {upload.state === 'done' && <Taken taken={upload.taken}/>}
            </div>
            {upload.state === 'failed' && (
                <p role='alert'>
                    <Text id='msteams_sync.admin.whitelist_failed'/>
                    {' '}
                    <span lang='en'>{upload.reason}</span>
                </p>
            )}
        </section>
    );
}

function Taken({taken: {count, failed}}: {taken: WhitelistUpload}) {
    return (
        <>
            <p>
                <Text
                    id='msteams_sync.admin.whitelist_taken'
                    values={{count}}
                />
            </p>
            {failed.length > 0 && (
                <>
                    <p>
                        <Text
                            id='msteams_sync.admin.whitelist_left'
                            values={{count: failed.length}}
                        />
                    </p>
                    <ul className='msteams-sync-panel__list'>
                        {failed.slice(0, mostShown).map(({text, line}) => (
                            <li key={line}>
                                <Text
                                    id='msteams_sync.admin.whitelist_line'
                                    values={{line, text}}
                                />
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </>
    );
}
