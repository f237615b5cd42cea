// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// The manifest is the one place that names the plugin; the build copies only the id out of it.
export {id as pluginId} from '../../plugin/plugin.json';
