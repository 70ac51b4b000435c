#!/usr/bin/env bash
# Lower rooms know nothing of the rooms above them: reads every #include "room/…" and fails where one looks up.
set -eu
cd "$(dirname "$0")/.."
declare -A may=(
  [base]="base" [compile]="compile base" [document]="document base" [store]="store base"
  [ledger]="ledger compile store base" [http]="http base"
  [web]="web http ledger document compile base" [portal]="portal http base"
  [cli]="cli portal web http ledger store document compile base")
bad=0 seen=0
while IFS=: read -r file line; do
  room=${file#src/}; room=${room%%/*}
  used=$(sed -E 's/.*"([a-z]+)\/.*/\1/' <<<"$line")
  seen=$((seen + 1))
  case " ${may[$room]:-} " in *" $used "*) ;; *) echo "$file: $room may not use $used"; bad=1 ;; esac
done < <(grep -rHoE '#include "[a-z]+/[^"]+"' src --include='*.[ch]')
[ "$seen" -gt 0 ] || { echo "no include read"; exit 1; }
echo "$seen includes read"
exit $bad
