// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "time"

// now is the machine's clock. Tests put it forward, because days pass between what a secret's life is made of.
var now = time.Now
