// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package graph is the front of the emulated Microsoft Graph: it authenticates, finds the route, checks the caller's
// permission against the permission catalogue, speaks OData and $batch, and answers in Graph's words. The routes
// themselves live in sub-packages (directoryapi, teamsapi) and are registered with Front.Handle.
//
// Where Graph's documentation and real traffic differ the emulator answers as real traffic does.
package graph
