# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform 1.14 or later: terraform apply -invoke=action.msteamssync_plugin_restart.this
action "msteamssync_plugin_restart" "this" {}
