#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, where that is Debian and we may. Prints what it could not.
set -uo pipefail
cd "$(dirname "$0")/../.."

# Accessibility rules for the browser tests. Fetched, not committed: it is MPL-2.0.
AXE_VERSION=4.14.1
# MIT, on node 20 or later.
PROVIDER_VERSION=9.13.3

missing=()
need() { # COMMAND-OR-FILE PACKAGE...
    command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || missing+=("${@:2}")
}
need cc gcc libc6-dev
need chromedriver chromium chromium-driver
need nginx nginx-light
need caddy caddy
need haproxy haproxy
need curl curl
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
need npm npm
need node nodejs
need python3 python3
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)

if [ ${#missing[@]} -gt 0 ]; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "Installing for the tests: ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null \
            || echo "Could not install: ${missing[*]}" >&2
    else
        echo "The tests also need: ${missing[*]} (names of Debian's packages; install them, or run as root on Debian)" >&2
    fi
fi

axe=target/axe/package/axe.min.js
if [ ! -e "$axe" ] && command -v npm >/dev/null; then
    mkdir -p target/axe
    (cd target/axe && npm pack --silent "axe-core@$AXE_VERSION" >/dev/null && tar -xzf axe-core-*.tgz) \
        || echo "Could not fetch axe-core $AXE_VERSION from the npm registry" >&2
fi
# An OAuth library, to be asked whether it understands us.
if ! PYTHONPATH=target/oauth python3 -c "import authlib, requests" 2>/dev/null; then
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --upgrade --target target/oauth \
        --requirement tests/oauth/requirements.txt || echo "Could not fetch Authlib from PyPI" >&2
fi
# A provider that people sign in with.
if [ ! -e target/provider/node_modules/oidc-provider ] && command -v npm >/dev/null; then
    npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix target/provider \
        "oidc-provider@$PROVIDER_VERSION" >/dev/null || echo "Could not fetch oidc-provider $PROVIDER_VERSION from the npm registry" >&2
fi
exit 0
