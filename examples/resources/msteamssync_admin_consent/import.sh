# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# With the application (client) ID.
terraform import msteamssync_admin_consent.this 44444444-4444-4444-8444-444444444444
