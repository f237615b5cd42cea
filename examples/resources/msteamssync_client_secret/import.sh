# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# <application (client) id>/<key id>; the portal calls the key id Secret ID. The text of the secret is not imported: where
# the plugin's setting clientSecretKeyId names this secret it is compared from then on, else from the first rotation.
terraform import msteamssync_client_secret.this 44444444-4444-4444-8444-444444444444/55555555-5555-4555-8555-555555555555
