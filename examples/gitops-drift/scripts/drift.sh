#!/usr/bin/env bash
# Copyright (c) The terraform-provider-msteamssync authors
# SPDX-License-Identifier: MPL-2.0

# drift.sh [FOLDER] — plans the root module in FOLDER (default: the current one), changes nothing, and says what differs.
#
# Standard output: one line for each resource with the names of the attributes that differ, never their values, and one
# for each check that is not in order. With DRIFT_REPORT=FILE the same as Markdown in FILE.
# Exit code: 0 nothing differs, 2 something does, 3 nothing does but a check is not in order, 1 it could not be found out.
#
# It needs bash, jq and terraform (TERRAFORM=tofu for OpenTofu), and an initialised folder.

set -euo pipefail

folder=${1:-.}
terraform=${TERRAFORM:-terraform}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v jq > /dev/null || {
	echo "drift.sh needs jq." >&2
	exit 1
}

code=0
"$terraform" -chdir="$folder" plan -input=false -lock=false -no-color -detailed-exitcode -out="$work/plan" > "$work/log" 2>&1 || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then
	cat "$work/log" >&2
	exit 1
fi
"$terraform" -chdir="$folder" show -json "$work/plan" > "$work/plan.json"

# One line "ADDRESS: WHAT" for each difference. An attribute differs when its value does, or is known after an apply only.
jq -r '
	.resource_changes[]?
	| select(.mode == "managed" and (.change.actions as $a | $a != ["no-op"] and $a != ["read"]))
	| .change as $c
	| ([($c.before // {}), ($c.after // {}), ($c.after_unknown // {})] | map(keys) | add | unique
		| map(select(. as $k | $c.before[$k] != $c.after[$k] or ($c.after_unknown[$k]? // false) != false))) as $names
	| if $c.actions == ["update"] then "\(.address): \($names | join(", "))"
		elif $c.actions == ["create"] then "\(.address): is missing"
		elif $c.actions == ["delete"] then "\(.address): is not declared any more"
		elif $c.actions == ["forget"] then "\(.address): leaves the state"
		else "\(.address): is to be replaced because of \([.action_reason // "", ($c.replace_paths // [] | map(map(tostring) | join(".")) | join(", "))] | map(select(. != "")) | join(": "))"
		end' "$work/plan.json" > "$work/differences"

# Outputs count for the exit code too.
jq -r '
	.output_changes // {} | to_entries[] | select(.value.actions != ["no-op"]) | "output.\(.key): differs"' "$work/plan.json" >> "$work/differences"

jq -r '
	.checks[]? | select(.address.kind == "check" and .status == "fail") | .address.to_display as $check
	| .instances[]?.problems[]? | "\($check): \(.message | gsub("\\s+"; " "))"' "$work/plan.json" > "$work/checks"

cat "$work/differences" "$work/checks"

if [ -n "${DRIFT_REPORT:-}" ]; then
	{
		if [ -s "$work/differences" ]; then
			printf 'The installation is not as declared. An apply would change:\n\n'
			sed 's/^\([^:]*\): \(.*\)$/- `\1`: \2/' "$work/differences"
			printf '\n'
		fi
		if [ -s "$work/checks" ]; then
			printf 'Not in order:\n\n'
			sed 's/^\([^:]*\): \(.*\)$/- `\1`: \2/' "$work/checks"
			printf '\n'
		fi
		if [ ! -s "$work/differences" ] && [ ! -s "$work/checks" ]; then
			printf 'The installation is as declared.\n'
		fi
	} > "$DRIFT_REPORT"
fi

# Not the plan's own exit code: that is 2 also when a check reads a data source of its own.
if [ -s "$work/differences" ]; then
	exit 2
fi
if [ -s "$work/checks" ]; then
	exit 3
fi
exit 0
