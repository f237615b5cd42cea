// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package entra is the directory half of Microsoft Graph as the provider needs it: app registrations, service principals,
// consent, client secrets, users and licences. It speaks through msgraph-sdk-go's sub-packages over an http.Client of its
// own and hands out small plain types.
//
// Every call is named as the permission catalogue spells it, so that a refusal can say which Graph permission is missing.
// Operations forgive replication lag themselves, through package consistency, and settle what they cannot know: a repeat
// of a create adopts what the first attempt left behind.
package entra
