# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# What has a resource here moves into it, with its state and without being touched.

moved {
  from = azuread_application.mattermost # or azuread_application_registration
  to   = msteamssync_application.this
}

moved {
  from = azuread_service_principal_delegated_permission_grant.mattermost
  to   = msteamssync_admin_consent.this
}

moved {
  from = azuread_user.bot
  to   = msteamssync_bot_user.this
}

moved {
  from = azurerm_graph_services_account.mattermost
  to   = msteamssync_metered_billing.this
}

# What belongs to one of them now leaves the state, and stays in Azure.

removed {
  from = azuread_service_principal.mattermost

  lifecycle {
    destroy = false
  }
}

removed {
  from = azuread_app_role_assignment.mattermost

  lifecycle {
    destroy = false
  }
}

removed {
  from = azuread_application_password.mattermost

  lifecycle {
    destroy = false
  }
}
