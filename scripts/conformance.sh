#!/bin/sh
# Sees that the conformance suite of the Model Context Protocol is there for the tests, through npm, in a cache of this user.
# Without Node.js there is nothing to do: the tests that need it say that they are skipped. `--where` only prints the folder.
set -eu

version=0.1.13
integrity=sha512-J9cC7Dsi7hTn7sxorvxDZ+wC8OlHAkOmVxVm1/IBQ8HEpYJu8r0eAUEw68vTmjBPP5WcU8Jld4RZ3cOFp/Ih1g==
folder=${XDG_CACHE_HOME:-$HOME/.cache}/interlock/mcp-conformance-$version

if [ "${1-}" = --where ]; then
    printf '%s\n' "$folder"
    exit 0
fi
[ -f "$folder/ready" ] && exit 0
command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || exit 0
echo 'Installing the conformance suite of the Model Context Protocol, once.'
mkdir -p "$folder"
log=$folder/install.log
if ! npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --save-exact \
    "@modelcontextprotocol/conformance@$version" >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    printf '\ninterlock: npm could not install the conformance suite; the whole story is in %s\n' "$log" >&2
    exit 1
fi
if ! grep -qF "$integrity" "$folder/package-lock.json"; then
    rm -rf "$folder"
    printf '\ninterlock: what npm gave is not the conformance suite that was tried here (its hash differs)\n' >&2
    exit 1
fi
touch "$folder/ready"
