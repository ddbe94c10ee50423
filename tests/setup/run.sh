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
# Two builds: as it comes, and with passkeys. Each suite runs whole on one of them.
step "passkeys" cargo test --quiet --features passkeys --lib --test all passkey
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    step "the whole product on PostgreSQL" tests/setup/postgres.sh cargo test --quiet --features passkeys --test all
else
    left_out+=("the suite on PostgreSQL (Debian: postgresql)")
fi
lacks() { # COMMAND... : those that are not here. Debian keeps some where not everybody's PATH leads.
    for name in "$@"; do command -v "$name" >/dev/null || [ -x "/usr/sbin/$name" ] || echo "$name"; done
}
gateways=$(lacks nginx caddy haproxy curl)
if [ -z "$gateways" ]; then
    step "real gateways: nginx, Caddy, HAProxy" cargo test --quiet --features passkeys --test browser gateways::
else
    left_out+=("the tests of gateways, for lack of ${gateways//$'\n'/ } (Debian: nginx-light caddy haproxy curl)")
fi
browsers=$(lacks chromedriver nginx curl)
[ -e target/axe/package/axe.min.js ] || browsers+=" axe-core"
if [ -z "$browsers" ]; then
    step "Chromium, accessibility, and the way through nginx" cargo test --quiet --features passkeys --test browser -- --skip gateways::
else
    left_out+=("the browser tests, for lack of ${browsers//$'\n'/ } (Debian: chromium chromium-driver nginx-light curl; npm: axe-core)")
fi
if PYTHONPATH=target/oauth python3 -c "import authlib, requests" 2>/dev/null; then
    step "an OAuth library" cargo test --quiet --test oauth library
else
    left_out+=("the test with an OAuth library (Debian: python3 python3-pip; PyPI: tests/oauth/requirements.txt)")
fi
if command -v node >/dev/null && [ -e target/provider/node_modules/oidc-provider ]; then
    step "a provider of others to sign in with" cargo test --quiet --test oauth provider
else
    left_out+=("the test with a provider (Debian: nodejs npm; npm: oidc-provider)")
fi

echo
for what in "${left_out[@]}"; do echo "NOT RUN: $what"; done
for what in "${failed[@]}"; do echo "FAILED: $what"; done
[ ${#failed[@]} -eq 0 ] || exit 1
if [ ${#left_out[@]} -gt 0 ] && [ -n "${LATCHKEY_TEST_ALL:-}" ]; then exit 1; fi
[ ${#left_out[@]} -gt 0 ] || echo "Everything ran, and passed."
