#!/usr/bin/env bash
# The annotated passages, where they lie beside the source tree: gold.sh PROGRAM [GOLD_DIR]. The minimum of each line
# stands a little below what was reached when it was last raised; raise it with the compiler. Says "skipped" (exit 77)
# where there is no gold.
set -eu
program=$1 here=$(cd "$(dirname "$0")/.." && pwd)
gold=${2:-}
for dir in "$here/../shared/gold" "$here/../../shared/gold"; do [ -n "$gold" ] || [ ! -f "$dir/score.py" ] || gold=$dir; done
[ -n "$gold" ] && [ -f "$gold/score.py" ] || { echo "skipped: no gold beside the source tree"; exit 77; }
export TAIZHANG_PACK=$here/packs/county
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
score() { # NAME MIN...
  name=$1; shift
  "$program" compile --batch < "$work/$name.jsonl" > "$work/$name.out"
  echo "$name"; python3 "$gold/score.py" "$work/$name.jsonl" "$work/$name.out" "${@/#/--min=}"
}
cat "$gold/zh-001.jsonl" "$gold/zh-003.jsonl" > "$work/zh.jsonl"
cat "$gold/en.jsonl" > "$work/en.jsonl"
score zh "figure value=0.98" "figure full=0.94" "figure status=0.97" "basis=0.9" "rank=0.9" "task=0.96" \
  "task measurable=0.96" "task status=0.97" "deadline=0.96" "lead=0.96" "support=0.95" "project=0.88" "project stage=0.95"
score en "figure value=0.86" "figure full=0.59" "figure status=0.80" "task=0.75" "task measurable=0.90" \
  "task status=0.93" "lead=0.28" "project=0.62"
