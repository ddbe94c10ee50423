#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, named to it by LATCHKEY_TEST_POSTGRES, and stops that server.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "no PostgreSQL on this machine" >&2; exit 3; }
# In memory where there is room: each test has a database of its own, which is three hundred files made and taken away.
room=$(df --output=avail --block-size=1M /dev/shm 2>/dev/null | tail -n 1 || true)
if [ "${room:-0}" -ge 2048 ]; then folder=$(mktemp -d -p /dev/shm); else folder=$(mktemp -d); fi
chmod 711 "$folder"
as=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as=(runuser -u postgres --)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null \
    || echo $((20000 + RANDOM % 20000)))
"${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync >/dev/null
# Not durable on purpose: what is in it lives as long as the tests.
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" start >/dev/null \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
stop() {
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
LATCHKEY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres" "$@"
