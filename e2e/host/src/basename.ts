// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

/**
 * Path under which Mattermost is installed, "" or "/path". A release of the server writes it into the page when it starts;
 * a development server leaves that to whoever builds the page.
 */
export const basename = import.meta.env.BASE_URL.replace(/\/static\/$/, '');
