// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React, {useEffect, useMemo} from 'react';

import type {CustomSettingProps} from '../../registry';
import {managedKeys} from './managed_settings';
import {RedirectURI} from './redirect_uri';
import {StatusPanel} from './status_panel';
import {TerraformBanner} from './terraform_banner';

interface Props extends CustomSettingProps {

    /** Has settings marked that Terraform manages. */
    onManaged: (keys: readonly string[]) => void;
}

/** The top of the plugin's page in the System Console. It is no setting and stores nothing. */
export function StatusSetting({config, onManaged}: Props) {
    const keys = useMemo(() => managedKeys(config), [config]);
    useEffect(() => {
        onManaged(keys);
    }, [keys, onManaged]);
    return (
        <div className='msteams-sync-admin'>
            <TerraformBanner keys={keys}/>
            <StatusPanel/>
            <RedirectURI siteURL={config?.ServiceSettings?.SiteURL ?? ''}/>
        </div>
    );
}
