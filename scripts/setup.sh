#!/bin/sh
# Makes .venv hold what a lock file says, every package checked against its hash, and the command `interlock`.
#
#   scripts/setup.sh run    to use Interlock (requirements.lock)
#   scripts/setup.sh dev    to work on it (requirements-dev.lock, which holds the former)
#
# Does nothing, at once, when that is so already. PYTHON=/path/to/python3 chooses the Python.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)

fail() {
    printf '\ninterlock: %s\n' "$1" >&2
    exit 1
}

stamp_of() {
    printf '.venv/.installed-%s' "$1"
}

# What the stamp says when all is well: this folder (a moved .venv is broken), these packages.
state_of() {
    case $1 in
        run) printf '%s %s' "$here" "$(cksum <requirements.lock)" ;;
        dev) printf '%s %s' "$here" "$(cksum <requirements-dev.lock)" ;;
    esac
}

is_set_up() {
    [ -x .venv/bin/python ] && [ "$(cat "$(stamp_of "$1")" 2>/dev/null)" = "$(state_of "$1")" ]
}

# $1: a Python, $2: the newest minor version of Python 3 that will do
is_fit() {
    "$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $2))" 2>/dev/null
}

has_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# The lock has been tried with Python 3.11 to 3.14; a newer one is taken only where there is nothing else.
find_python() {
    incomplete=
    for newest in 14 99; do
        for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
            is_fit "$candidate" $newest || continue
            if has_venv "$candidate"; then
                python=$candidate
                return
            fi
            incomplete=$candidate
        done
    done
    if [ -n "$incomplete" ]; then
        version=$("$incomplete" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$incomplete cannot make virtual environments (its module ensurepip is missing).
On Debian and Ubuntu: sudo apt-get install python$version-venv
Or name another Python, 3.11 or newer: make ... PYTHON=/path/to/python3"
    fi
    fail "Python 3.11 or newer is needed, and ${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>/dev/null || echo 'not there').
Install one, or name it: make ... PYTHON=/path/to/python3"
}

make_venv() {
    if .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        case "$(cat .venv/.installed-* 2>/dev/null)" in
            '' | "$here "*) return ;;
        esac
    fi
    find_python
    rm -rf .venv
    "$python" -m venv .venv || fail "$python could not make .venv in $here; the reason stands above."
}

install() {
    echo "Setting up .venv with $(.venv/bin/python --version): a minute or two, once."
    log=.venv/install.log
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
        --requirement "$1" >"$log" 2>&1 && return
    grep -v '^WARNING: ' "$log" | tail -n 8 >&2
    fail "could not install what $1 lists; the reason stands above, the whole story in $log. Then try again."
}

# The project runs from its sources: a build would need packages that no lock file vouches for.
add_project() {
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s/src\n' "$here" >"$site/interlock.pth"
    cat >.venv/bin/interlock <<LAUNCHER
#!/bin/sh
'''exec' "$here/.venv/bin/python" "\$0" "\$@"
' '''
import sys

from interlock.cli.main import app

if __name__ == "__main__":
    sys.exit(app())
LAUNCHER
    chmod +x .venv/bin/interlock
}

case ${1-} in
    run) lock=requirements.lock kinds=run ;;
    dev) lock=requirements-dev.lock kinds='run dev' ;;
    *) fail "usage: scripts/setup.sh run|dev" ;;
esac
is_set_up "$1" && exit 0
make_venv
install "$lock"
add_project
for kind in $kinds; do
    state_of "$kind" >"$(stamp_of "$kind")"
done
