#!/usr/bin/env bash
# Runs every test this machine can run, and says loudly which it could not. LATCHKEY_TEST_ALL=1 (CI): then nothing may be left out.
set -uo pipefail
cd "$(dirname "$0")/../.."
tests/setup/tools.sh

left_out=()
failed=()
step() { # NAME COMMAND...
    echo
    echo "== $1"
    "${@:2}" || failed+=("$1")
}

step "units, tidy, and the whole product on SQLite" cargo test --quiet
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    step "the whole product on PostgreSQL" tests/setup/postgres.sh cargo test --quiet --test all
else
    left_out+=("the suite on PostgreSQL (Debian: postgresql)")
fi
if command -v chromedriver >/dev/null && command -v nginx >/dev/null && [ -e target/axe/package/axe.min.js ]; then
    step "Chromium, accessibility, and a real nginx" cargo test --quiet --test browser
else
    left_out+=("the browser and nginx tests (Debian: chromium chromium-driver nginx-light; npm: axe-core)")
fi

echo
for what in "${left_out[@]}"; do echo "NOT RUN: $what"; done
for what in "${failed[@]}"; do echo "FAILED: $what"; done
[ ${#failed[@]} -eq 0 ] || exit 1
if [ ${#left_out[@]} -gt 0 ] && [ -n "${LATCHKEY_TEST_ALL:-}" ]; then exit 1; fi
[ ${#left_out[@]} -gt 0 ] || echo "Everything ran, and passed."
