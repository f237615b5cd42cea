# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later, in a file whose name ends in .tfquery.hcl: terraform query -generate-config-out=billing.tf
list "msteamssync_metered_billing" "billing" {
  provider         = msteamssync
  include_resource = true

  config {
    subscription_id = "22222222-3333-4444-8555-666666666666"
  }
}
