// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package telemetry counts what the plugin does, for Prometheus. Names are those of the plugin that this one replaces
// (namespace msteams_connect) where the same thing is counted, so that dashboards stay usable.
package telemetry
