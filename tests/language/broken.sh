#!/usr/bin/env bash
# broken.sh TAIZHANG FOLDER: each pack in FOLDER has one fault; `pack check` must print expected.txt and exit 1.
# With UPDATE=1 writes what is printed: read it before you commit it.
set -u
taizhang=$1 folder=$2 bad=0 n=0
for pack in "$folder"/*/; do
  printed=$("$taizhang" pack check "$pack" 2>&1)
  code=$?
  [ "${UPDATE:-}" = 1 ] && echo "$printed" >"$pack/expected.txt"
  n=$((n + 1))
  if [ "$code" != 1 ] || [ "$printed" != "$(cat "$pack/expected.txt")" ]; then
    printf '%s: exit %s\nprinted:  %s\nexpected: %s\n' "$(basename "$pack")" "$code" "$printed" "$(cat "$pack/expected.txt")"
    bad=1
  fi
done
echo "$n broken packs"
[ "$n" -gt 0 ] && [ "$bad" = 0 ]
