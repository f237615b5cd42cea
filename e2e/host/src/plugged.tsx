// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import {useSelector} from 'react-redux';

import type {HostState, Place} from './store';

interface Props {
    place: Place;

    /** What the host gives the components of the place. */
    properties?: object;
}

/** What plugins registered for a place. */
export function Plugged({place, properties}: Props) {
    const components = useSelector((state: HostState) => state.plugins.components);
    return (
        <>
            {components.filter((entry) => entry.place === place).map(({id, component: Component}) => (
                <Component
                    key={id}
                    {...properties}
                />
            ))}
        </>
    );
}
