#!/usr/bin/env bash
# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# github-issue.sh CODE REPORT — keeps one open issue with the label "drift" in step with drift.sh's exit code and report:
# opens it, brings it up to date, or closes it when nothing differs any more. It needs gh and GH_TOKEN.

set -euo pipefail

code=$1
report=$2
label=drift

open=$(gh issue list --state open --label "$label" --limit 1 --json number --jq '.[0].number // empty')
case $code in
0)
	if [ -n "$open" ]; then
		gh issue close "$open" --comment "The installation is as declared again."
	fi
	;;
2 | 3)
	if [ -n "$open" ]; then
		gh issue edit "$open" --body-file "$report"
	else
		gh label create "$label" --description "The installation is not as declared" --force
		gh issue create --title "The Teams bridge is not as declared" --label "$label" --body-file "$report"
	fi
	;;
*)
	echo "The drift check could not find out (exit code $code); no issue is touched." >&2
	exit 1
	;;
esac
