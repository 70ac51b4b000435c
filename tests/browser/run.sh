#!/usr/bin/env bash
# run.sh TEST.js PROGRAM FOLDER…: fetches the two pinned packages where they are missing, then runs a browser test.
# Exit 77 (skipped) only where there is no Chromium.
set -eu
cd "$(dirname "$0")"
command -v "${CHROMIUM:-chromium}" >/dev/null || { echo "skipped: no chromium"; exit 77; }
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
exec node "$@"
