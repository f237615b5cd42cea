// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import {Text} from '../../i18n/text';
import type {MessageId} from '../../i18n/translations';
import {BrokenLinks} from './broken_links';
import type {Finding, Level} from './health';

const titles: Record<Finding['part'], MessageId> = {
    state: 'msteams_sync.admin.part_state',
    credentials: 'msteams_sync.admin.part_credentials',
    secret: 'msteams_sync.admin.part_secret',
    certificate: 'msteams_sync.admin.part_certificate',
    consent: 'msteams_sync.admin.part_consent',
    webhook: 'msteams_sync.admin.part_webhook',
    bots: 'msteams_sync.admin.part_bots',
    subscriptions: 'msteams_sync.admin.part_subscriptions',
    queues: 'msteams_sync.admin.part_queues',
    links: 'msteams_sync.admin.part_links',
    evaluation: 'msteams_sync.admin.part_evaluation',
    accounts: 'msteams_sync.admin.part_accounts',
};

const levels: Record<Level, {word: MessageId; mark: string}> = {
    good: {word: 'msteams_sync.admin.level_good', mark: '✓'},
    warning: {word: 'msteams_sync.admin.level_warning', mark: '!'},
    bad: {word: 'msteams_sync.admin.level_bad', mark: '✕'},
    unknown: {word: 'msteams_sync.admin.level_unknown', mark: '?'},
};

/** Says of each part how it is: in words, and with a mark that does not depend on colour. */
export function HealthList({findings}: {findings: readonly Finding[]}) {
    return (
        <ul className='msteams-sync-health'>
            {findings.map(({part, level, text, values, detail, links}) => (
                <li
                    key={part}
                    className={`msteams-sync-health__part msteams-sync-health__part--${level}`}
                >
                    <span
                        className='msteams-sync-health__mark'
                        aria-hidden={true}
                    >
                        {levels[level].mark}
                    </span>
                    <strong className='msteams-sync-health__title'><Text id={titles[part]}/></strong>
                    <span className='msteams-sync-health__level'><Text id={levels[level].word}/></span>
                    <span className='msteams-sync-health__text'>
                        {text && (
                            <Text
                                id={text}
                                values={values ?? {}}
                            />
                        )}
                        {text && detail && ' '}
                        {detail && (
                            <span
                                lang='en'
                                className='msteams-sync-health__detail'
                            >
                                {detail}
                            </span>
                        )}
                        {links && <BrokenLinks links={links}/>}
                    </span>
                </li>
            ))}
        </ul>
    );
}
