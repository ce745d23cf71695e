#!/bin/sh
# Who was given or lost access in a quarter, as evidence: one CSV for people, the events as served for whoever
# checks it, and digests of both.
#   examples/quarterly-access.sh my-org 2026-01-01 2026-04-01 FOLDER
set -eu
org=$1 since=$2 until=$3 folder=$4
hansard=${HANSARD:-hansard}

mkdir -p "$folder"
"$hansard" export user-access --all-roles --org "$org" --since "$since" --until "$until" \
  --excel -o "$folder/access.csv"
"$hansard" export user-access --all-roles --org "$org" --since "$since" --until "$until" \
  --format ndjson -o "$folder/access.ndjson"
cd "$folder"
sha256sum access.csv access.ndjson > SHA256SUMS
