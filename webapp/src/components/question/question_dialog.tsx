// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import type {ReactNode} from 'react';

import type {MessageId} from '../../i18n/translations';
import {Dialog} from '../dialog/dialog';
import {Failure} from '../failure/failure';
import {Answers} from './answers';
import {useDeed} from './use_deed';

interface Props {
    title: ReactNode;
    text: ReactNode;
    yes: MessageId;
    no: MessageId;
    deed: () => Promise<void>;
    onDone: () => void;
    onLeave: () => void;
}

/** The same question as a dialog, where there is no button whose place it could take. */
export function QuestionDialog({title, text, yes, no, deed: what, onDone, onLeave}: Props) {
    const deed = useDeed(what, onDone);
    return (
        <Dialog
            title={title}
            onDismiss={onLeave}
            actions={(
                <Answers
                    deed={deed}
                    yes={yes}
                    no={no}
                    onLeave={onLeave}
                />
            )}
        >
            <p>{text}</p>
            {deed.failure !== null && <Failure error={deed.failure}/>}
        </Dialog>
    );
}
