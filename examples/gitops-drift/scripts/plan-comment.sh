#!/usr/bin/env bash
# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# plan-comment.sh PLAN — writes a saved plan as the Markdown of a comment. Sensitive values are not in it: Terraform shows
# none. Comments are limited to 65,536 characters on GitHub; what is longer is cut.

set -euo pipefail

plan=$1
terraform=${TERRAFORM:-terraform}
limit=60000

text=$("$terraform" show -no-color "$plan")
printf '### Terraform plan\n\n```\n'
printf '%s\n' "${text:0:limit}"
if [ "${#text}" -gt "$limit" ]; then
	printf '… cut after %d characters; the whole plan is in the log of the job.\n' "$limit"
fi
printf '```\n'
