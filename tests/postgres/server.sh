#!/usr/bin/env bash
# server.sh PROGRAM ARGUMENT…: runs a test beside a PostgreSQL of its own, in a temporary folder, reached by a socket there
# alone (PGHOST says where); the server ends with the test.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "skipped: no PostgreSQL"; exit 77; }
where=$(mktemp -d /tmp/taizhang-pg.XXXXXX)
# PostgreSQL refuses to run as root
as=(); [ "$(id -u)" != 0 ] || { as=(runuser -u postgres --); chown postgres "$where"; }
ended() { "${as[@]}" "$bin/pg_ctl" -D "$where/data" -m immediate -s stop >/dev/null 2>&1 || true; rm -rf "$where"; }
trap ended EXIT
program=$(realpath "$1"); shift
cd "$where"
"${as[@]}" "$bin/initdb" -D "$where/data" -U postgres -A trust -E UTF8 --locale=C -N >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$where/data" -s -w -l "$where/log" -o "-k $where -c listen_addresses= -c fsync=off" start || { cat "$where/log"; exit 1; }
PGHOST=$where PGUSER=postgres PGDATABASE=postgres "$program" "$@"
