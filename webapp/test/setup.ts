// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import '@testing-library/jest-dom/vitest';
import {cleanup} from '@testing-library/react';
import {afterEach} from 'vitest';

import {demandDrawn} from './drawn';

demandDrawn();

// jsdom has no layout, nor what depends on one.
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
    cleanup();
});
