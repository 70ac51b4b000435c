#!/usr/bin/env bash
# run.sh TEST.js PROGRAM FOLDER…: fetches the two pinned packages where they are missing, then runs a browser test.
# Exit 77 (skipped) only where there is no Chromium.
set -eu
here=$(dirname "$0")
command -v "${CHROMIUM:-chromium}" >/dev/null || { echo "skipped: no chromium"; exit 77; }
done=$here/node_modules/.package-lock.json
if [ ! -e "$done" ] || [ "$here/package-lock.json" -nt "$done" ]; then
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  touch "$done"
fi
exec node "$@"
