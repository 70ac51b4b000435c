#!/usr/bin/env bash
# cppcheck.sh: what a second reader says of src. Any word of it is a failure; what is right as it stands says so in the line.
set -eu
cd "$(dirname "$0")/.."
cppcheck --enable=warning,performance,portability --error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
  --std=c11 -I src -j2 --quiet src
