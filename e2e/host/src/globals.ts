// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The libraries that Mattermost's web app puts on window for plugins, as far as this page has them: the same set in
// every version, and from 12 on (React 19) the JSX runtimes and react-dom/client too.

import PropTypes from 'prop-types';
import React from 'react';
import * as ReactJSXDevRuntime from 'react/jsx-dev-runtime';
import * as ReactJSXRuntime from 'react/jsx-runtime';
import ReactDOM from 'react-dom';
import * as ReactDOMClient from 'react-dom/client';
import * as ReactIntl from 'react-intl';
import * as ReactRedux from 'react-redux';
import * as ReactRouterDom from 'react-router-dom';
import * as Redux from 'redux';
import type {Action} from 'redux';

import {basename} from './basename';

declare const __REACT__: number;

export function exposeLibraries(): void {
    Object.assign(window, {PropTypes, React, ReactDOM, ReactIntl, ReactRedux, ReactRouterDom, Redux});
    if (__REACT__ >= 19) {
        Object.assign(window, {
            ReactDOM: {...ReactDOM, ...ReactDOMClient},
            ReactJSXDevRuntime,
            ReactJSXRuntime,
        });
    }
    window.basename = basename;
    if (__REACT__ >= 18) {
        window.WebappUtils = {
            openUserSettings: ({activeTab}) => ({type: 'host/settings_opened', tab: activeTab} as Action),
        };
    }
}
