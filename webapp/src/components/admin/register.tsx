// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';

import type {CustomSettingProps} from '../../registry';
import type {Registration} from '../../registration';
import {AccessSetting} from './access_setting';
import {ManagedSetting} from './managed_setting';
import {StatusSetting} from './status_setting';

/**
 * The plugin's page in the System Console. What is registered here the host drops with the plugin; there is no way to
 * take it back before.
 */
export const registerAdmin: Registration = (registry) => {
    const marked = new Set<string>();
    const mark = (keys: readonly string[]) => {
        for (const key of keys) {
            if (!marked.has(key)) {
                marked.add(key);

                // With a title the host would also draw the help, out of reach of the field's description.
                registry.registerAdminConsoleCustomSetting(key, ManagedSetting, {showTitle: false});
            }
        }
    };
    const Status = (props: CustomSettingProps) => (
        <StatusSetting
            {...props}
            onManaged={mark}
        />
    );
    registry.registerAdminConsoleCustomSetting('statusPanel', Status, {showTitle: false});
    registry.registerAdminConsoleCustomSetting('accessPanel', AccessSetting, {showTitle: false});
    return () => undefined;
};
