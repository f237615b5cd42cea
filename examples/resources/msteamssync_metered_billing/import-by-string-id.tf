# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

import {
  to = msteamssync_metered_billing.this
  id = "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/collaboration/providers/Microsoft.GraphServices/accounts/mattermost-msteams-sync"
}
