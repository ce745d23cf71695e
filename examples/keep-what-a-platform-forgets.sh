#!/bin/sh
# Platforms remove events after about a month. Run daily, this keeps them in a Hansard: it reads the last days from
# the platform of the cf session and hands them on. Days that overlap do no harm: known events stay as they are.
# The Hansard is named by the environment; a user and password outlive the minutes of a token:
#   HANSARD_URL=... HANSARD_USER=... HANSARD_PASSWORD=... examples/keep-what-a-platform-forgets.sh cloud.gov
set -eu
origin=$1
hansard=${HANSARD:-hansard}

events=$(mktemp)
trap 'rm -f "$events"' EXIT
"$hansard" export --cf --all-orgs --since "${SINCE:-3d}" --format ndjson -o "$events"
[ -s "$events" ] || exit 0 # nothing happened
"$hansard" import "$events" --origin "$origin"
