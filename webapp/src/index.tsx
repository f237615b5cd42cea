// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

import {Plugin} from './plugin';
import {pluginId} from './plugin_id';

window.registerPlugin(pluginId, new Plugin());
