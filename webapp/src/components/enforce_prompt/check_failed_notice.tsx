// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useState} from 'react';

import {Text} from '../../i18n/text';
import {Notice} from '../notice/notice';

interface Props {
    onRetry: () => void;
}

/** Says that it is not known whether the user has to connect, without keeping anybody from working. */
export function CheckFailedNotice({onRetry}: Props) {
    const [dismissed, setDismissed] = useState(false);
    if (dismissed) {
        return null;
    }
    return (
        <Notice
            actions={(
                <>
                    <button
                        type='button'
                        className='btn btn-primary btn-sm'
                        onClick={onRetry}
                    >
                        <Text id='msteams_sync.check_failed.retry'/>
                    </button>
                    <button
                        type='button'
                        className='btn btn-tertiary btn-sm'
                        onClick={() => {
                            setDismissed(true);
                        }}
                    >
                        <Text id='msteams_sync.check_failed.dismiss'/>
                    </button>
                </>
            )}
        >
            <Text id='msteams_sync.check_failed.text'/>
        </Notice>
    );
}
