#!/usr/bin/env bash
# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# gitlab-issue.sh CODE REPORT — the same as github-issue.sh for GitLab. It needs curl, and in GITLAB_TOKEN a project access
# token with the scope api (CI_JOB_TOKEN may not write issues).

set -euo pipefail

code=$1
report=$2
label=drift

# The token goes through standard input, so that no list of processes shows it.
call() {
	local method=$1 path=$2
	shift 2
	curl --config - --silent --show-error --fail --request "$method" "$CI_API_V4_URL/projects/$CI_PROJECT_ID/$path" "$@" \
		<<< "header = \"PRIVATE-TOKEN: $GITLAB_TOKEN\""
}

# The first iid is the issue's own; those of a milestone come later.
found=$(call GET "issues?state=opened&labels=$label&per_page=1")
open=$(grep -o '"iid": *[0-9]*' <<< "$found" | head -n 1 | tr -dc '0-9' || true)
case $code in
0)
	if [ -n "$open" ]; then
		call POST "issues/$open/notes" --data-urlencode "body=The installation is as declared again." > /dev/null
		call PUT "issues/$open" --data-urlencode "state_event=close" > /dev/null
	fi
	;;
2 | 3)
	if [ -n "$open" ]; then
		call PUT "issues/$open" --data-urlencode "description@$report" > /dev/null
	else
		call POST "issues" --data-urlencode "title=The Teams bridge is not as declared" --data-urlencode "labels=$label" --data-urlencode "description@$report" > /dev/null
	fi
	;;
*)
	echo "The drift check could not find out (exit code $code); no issue is touched." >&2
	exit 1
	;;
esac
