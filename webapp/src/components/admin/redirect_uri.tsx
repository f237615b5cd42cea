// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useRef, useState} from 'react';

import {Text} from '../../i18n/text';
import {pluginId} from '../../plugin_id';

/**
 * The address that the app registration needs, and a button that copies it.
 *
 * @param siteURL is the server's, with the path that it may have.
 */
export function RedirectURI({siteURL}: {siteURL: string}) {
    const field = useRef<HTMLInputElement>(null);
    const [outcome, setOutcome] = useState<'' | 'copied' | 'selected'>('');
    const address = siteURL ? `${siteURL.replace(/\/+$/, '')}/plugins/${pluginId}/oauth-redirect` : '';

    const copy = async () => {
        field.current?.select();
        try {
            await navigator.clipboard.writeText(address);
            setOutcome('copied');
        } catch {

            // Without https, or where the browser does not allow it: the user copies what is selected.
            setOutcome('selected');
        }
    };

    return (
        <section className='msteams-sync-panel'>
            <label
                htmlFor='msteams-sync-redirect-uri'
                className='msteams-sync-panel__title'
            >
                <Text id='msteams_sync.admin.redirect_title'/>
            </label>
            {address ? (
                <div className='msteams-sync-panel__row'>
                    <input
                        id='msteams-sync-redirect-uri'
                        ref={field}
                        className='form-control'
                        readOnly={true}
                        value={address}
                    />
                    <button
                        type='button'
                        className='btn btn-tertiary'
                        onClick={() => void copy()}
                    >
                        <Text id='msteams_sync.admin.copy'/>
                    </button>
                </div>
            ) : (
                <p><Text id='msteams_sync.admin.redirect_no_site'/></p>
            )}
            <span role='status'>
                {outcome === 'copied' && <Text id='msteams_sync.admin.copied'/>}
                {outcome === 'selected' && <Text id='msteams_sync.admin.copy_by_hand'/>}
            </span>
        </section>
    );
}
