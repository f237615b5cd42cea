# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_client_certificate.this
  id = "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334"
}
