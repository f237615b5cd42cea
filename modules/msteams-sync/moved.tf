# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Where these resources stood before the module was made of two.

moved {
  from = msteamssync_application.this
  to   = module.azure.msteamssync_application.this
}

moved {
  from = msteamssync_admin_consent.this
  to   = module.azure.msteamssync_admin_consent.this
}

moved {
  from = msteamssync_bot_user.this
  to   = module.azure.msteamssync_bot_user.this
}

moved {
  from = msteamssync_metered_billing.this
  to   = module.azure.msteamssync_metered_billing.this
}

moved {
  from = msteamssync_plugin.this
  to   = module.mattermost.msteamssync_plugin.this
}

moved {
  from = msteamssync_plugin_config.this
  to   = module.mattermost.msteamssync_plugin_config.this
}

moved {
  from = msteamssync_client_secret.this
  to   = msteamssync_client_secret.this[0]
}
