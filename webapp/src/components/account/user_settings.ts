// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {textFor} from '../../i18n/translations';
import type {MessageId} from '../../i18n/translations';
import {pluginId} from '../../plugin_id';
import type {UserSettings} from '../../registry';
import type {MyConnection} from '../../requests/account';

export interface AccountActions {
    connect: () => void;
    disconnect: () => void;

    /** Shows all that can be done about the account: the host's tab has one button. */
    manage: () => void;
    check: () => void;
}

/**
 * The plugin's tab in the user's settings. Names and values of its preferences are the server half's (plugin/primary).
 *
 * @param mine what is known of the user's connection; null for nothing yet.
 */
export function userSettings(locale: string, mine: MyConnection | null, actions: AccountActions): UserSettings {
    const text = (id: MessageId, values?: Record<string, string>) => textFor(locale, id, values);
    return {
        id: pluginId,
        uiName: text('msteams_sync.settings.name'),
        action: banner(text, mine, actions),
        sections: [
            {
                title: text('msteams_sync.settings.platform'),
                disabled: !mine?.connected,
                settings: [{
                    type: 'radio',
                    name: 'platform',
                    title: text('msteams_sync.settings.platform_title'),
                    helpText: text('msteams_sync.settings.platform_help'),
                    default: 'mattermost',
                    options: [
                        {value: 'mattermost', text: text('msteams_sync.settings.platform_mattermost')},
                        {value: 'msteams', text: text('msteams_sync.settings.platform_teams')},
                    ],
                }],
            },
            {
                title: text('msteams_sync.settings.notices'),
                settings: [{
                    type: 'radio',
                    name: 'notifications',
                    title: text('msteams_sync.settings.notices_title'),
                    helpText: text('msteams_sync.settings.notices_help'),
                    default: 'on',
                    options: [
                        {value: 'on', text: text('msteams_sync.settings.on')},
                        {value: 'off', text: text('msteams_sync.settings.off')},
                    ],
                }],
            },
        ],
    };
}

/** Says which account is connected, and offers what can be done about it. */
function banner(text: (id: MessageId, values?: Record<string, string>) => string, mine: MyConnection | null, actions: AccountActions): NonNullable<UserSettings['action']> {
    if (!mine) {
        return {
            title: text('msteams_sync.account.unknown_title'),
            text: text('msteams_sync.account.unknown'),
            buttonText: text('msteams_sync.prompt.check'),
            onClick: actions.check,
        };
    }
    if (mine.connected && mine.account) {
        return {
            title: text('msteams_sync.account.connected_title'),
            text: text('msteams_sync.account.connected', {name: mine.account.name, account: mine.account.upn}),
            buttonText: text('msteams_sync.account.disconnect'),
            onClick: actions.disconnect,
        };
    }
    return {
        title: text(mine.account ? 'msteams_sync.account.lost_title' : 'msteams_sync.account.none_title'),
        text: [
            mine.reason || text('msteams_sync.account.none'),
            mine.canConnect && mine.email && text('msteams_sync.account.email', {email: mine.email}),
        ].filter(Boolean).join(' '),
        ...remedy(text, mine, actions),
    };
}

/** What can be done about a connection that is not there or does not work. */
function remedy(text: (id: MessageId) => string, mine: MyConnection, actions: AccountActions) {
    if (mine.account) {
        return mine.canConnect ?
            {buttonText: text('msteams_sync.account.manage'), onClick: actions.manage} :
            {buttonText: text('msteams_sync.account.disconnect'), onClick: actions.disconnect};
    }
    return mine.canConnect ?
        {buttonText: text('msteams_sync.prompt.connect'), onClick: actions.connect} :
        {buttonText: text('msteams_sync.prompt.check'), onClick: actions.check};
}
