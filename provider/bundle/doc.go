// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package bundle reads plugin bundles: the one that is embedded in the provider, a file, or a download. A bundle is the
// gzipped tar file that Mattermost's plugin upload takes; its manifest says which plugin and version it is.
package bundle
