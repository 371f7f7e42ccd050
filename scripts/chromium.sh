#!/bin/sh
# Sees that there is a Chromium for the tests that drive a browser, through the system's package manager.
set -eu

find_browser() {
    for name in ${CHROMIUM:+"$CHROMIUM"} \
        chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

fail() {
    printf '\ninterlock: %s\n' "$1" >&2
    exit 1
}

find_browser && exit 0
advice='install Chromium with the system'"'"'s package manager, or name one: make test CHROMIUM=/path/to/it'
command -v apt-get >/dev/null 2>&1 || fail "the tests need a Chromium on PATH: $advice"
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1; then
    sudo=sudo
else
    fail "the tests need a Chromium on PATH, and installing one needs root: $advice"
fi
echo 'Installing Chromium for the tests, once.'
log=$(mktemp)
install() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
        "$1" fonts-liberation >>"$log" 2>&1 && find_browser
}
# The shell without windows is half the work for the machine, but not every system has it.
if $sudo apt-get update -qq >"$log" 2>&1 && { install chromium-headless-shell || install chromium; }; then
    rm -f "$log"
    exit 0
fi
tail -n 5 "$log" >&2
rm -f "$log"
fail "apt-get could not install Chromium: $advice"
