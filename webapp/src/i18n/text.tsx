// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import React from 'react';
import type {ReactNode} from 'react';
import {FormattedMessage, useIntl} from 'react-intl';

import {english} from './translations';
import type {MessageId} from './translations';

interface Props {
    id: MessageId;
    values?: Record<string, ReactNode>;
}

/** A text in the user's language. */
export function Text({id, values = {}}: Props) {
    return (
        <FormattedMessage
            id={id}
            defaultMessage={english[id]}
            values={values}
        />
    );
}

/** Texts in the user's language where only a string will do, e.g. in an attribute. */
export function useText(): (id: MessageId) => string {
    const {formatMessage} = useIntl();
    return (id) => formatMessage({id, defaultMessage: english[id]});
}
