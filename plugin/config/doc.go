// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package config reads the plugin's settings: which keys there are (the manifest says), what is missing, what is wrong
// with a value, and what the values mean, e.g. the addresses of a cloud.
//
// Reading never fails as a whole. A setting that cannot be used is a Problem with the key and what to do; who reads
// decides whether to go on with the last good settings.
package config
