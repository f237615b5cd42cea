// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {unregisterAll} from '../../registration';
import type {Registration} from '../../registration';

import {TeamsUser} from './teams_user';

/** Labels users who stand for somebody in Teams. */
export const registerTeamsUser: Registration = (registry) =>
    unregisterAll(registry, [registry.registerPopoverUserAttributesComponent(TeamsUser)]);
