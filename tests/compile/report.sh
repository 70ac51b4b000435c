#!/usr/bin/env bash
# A whole small report of a county that does not exist, as JSON with the rule of every find:
#   report.sh TAIZHANG            compares with golden/compile/qingling.json
#   report.sh TAIZHANG --update   writes it anew
set -eu
program=$1 here=$(cd "$(dirname "$0")/.." && pwd)
export TAIZHANG_PACK=$here/../packs/county
golden=$here/golden/compile/qingling.json
if [ "${2:-}" = --update ]; then
  "$program" compile "$here/golden/compile/qingling.txt" --explain -o "$golden"
  exit
fi
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
"$program" compile "$here/golden/compile/qingling.txt" --explain -o "$work/one.json" --text "$work/text"
"$program" compile - --explain < "$here/golden/compile/qingling.txt" > "$work/two.json"
cmp "$work/one.json" "$work/two.json"
cmp "$work/text" "$here/golden/compile/qingling.txt"
diff -u "$golden" "$work/one.json"
# a bad line of a batch is named, the lines before it are out, and the exit code is 1
if printf '{"id":"a","text":"建成水厕3座。"}\n{"id":"b"\n' | "$program" compile --batch > "$work/out" 2> "$work/err"; then
  echo "a bad line was taken"; exit 1
fi
[ "$(wc -l < "$work/out")" = 1 ] && grep -q '第 2 行' "$work/err"
