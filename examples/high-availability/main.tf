# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# Terraform talks to the cluster, not to a node: MM_URL is the load balancer's address, or that of any one node.

terraform {
  required_version = ">= 1.11"

  required_providers {
    msteamssync = {
      source  = "msteamssync/msteamssync"
      version = ">= 0.1.0"
    }
  }
}

provider "msteamssync" {
  tenant_id       = var.tenant_id
  endpoints       = var.endpoints
  ca_certificates = var.ca_certificates
}

module "msteams_sync" {
  source = "../../modules/msteams-sync"

  site_url  = var.site_url
  tenant_id = var.tenant_id

  # The site URL is the load balancer's. Microsoft sends notifications to it, and any node takes them.
  credentials = ["certificate"] # the key pair lies in the database that the nodes share

  channel_links = var.channel_links

  cloud = var.endpoints == null ? "public" : "custom"
  custom_cloud = var.endpoints == null ? null : {
    login_url       = var.endpoints.authority_host
    graph_url       = var.endpoints.graph
    ca_certificates = var.ca_certificates
  }

  deletion_protection = var.deletion_protection
}

# The plugin on each node, by the server's own word, and the node that answered.
data "msteamssync_plugin_status" "this" {
  depends_on = [module.msteams_sync]
}

check "nodes" {
  assert {
    condition     = alltrue([for node in data.msteamssync_plugin_status.this.nodes : node.state == "running" && node.version == module.msteams_sync.plugin_version])
    error_message = "The plugin does not run in version ${module.msteams_sync.plugin_version} on every node."
  }
}
