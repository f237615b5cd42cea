// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package rest tests the plugin's REST interface on a real server: who may call what, and that every answer is as
// plugin/httpapi/openapi.yaml describes it.
package rest
