#!/usr/bin/env bash
# Every code of a fault that the code gives has its sentences in a faults.tsv. Reads the calls by their shape.
set -eu
cd "$(dirname "$0")/.."
known=$(grep -hv '^#' src/*/faults.tsv | cut -f1 | sort -u)
used=$(grep -rhoE '(FAULT_[A-Z]+, |refuse\(f, |bad_field\(f, |refuse_row\(w, f, |broken\(f, )"[a-z][a-z0-9-]+"' src --include='*.c' | grep -oE '"[^"]+"' | tr -d '"' | grep -E -- '-' | sort -u)
missing=$(comm -23 <(echo "$used") <(echo "$known"))
echo "$(wc -l <<<"$used") codes used, $(wc -l <<<"$known") known"
[ -z "$missing" ] || { echo "without a sentence:"; echo "$missing"; exit 1; }
[ "$(wc -l <<<"$used")" -gt 50 ]
