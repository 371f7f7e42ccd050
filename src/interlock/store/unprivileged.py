"""As which account does the private PostgreSQL run when Interlock runs as root? (PostgreSQL refuses to be root.)"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from interlock.kernel.errors import Unavailable

ACCOUNTS = ("postgres", "nobody")


class Account(NamedTuple):
    """A user and a group of the system, by number."""

    uid: int
    gid: int


def account_for(cluster: Path) -> Account | None:
    """The account to run `cluster` as, or None for our own: its owner's; for a new one the first known of `ACCOUNTS`.

    Raises:
        Unavailable: the system knows none of them.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "embedded PostgreSQL", f"there is no account {' or '.join(ACCOUNTS)} to run as; start it as an ordinary user"
    )


def give(folder: Path, account: Account | None) -> None:
    """Make `account` the owner of `folder` and of all that is in it (a copy that root made belongs to root)."""
    if account is None or folder.stat().st_uid == account.uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, *account, follow_symlinks=False)


def run_as(account: Account | None, folder: Path, program: Path) -> list[str]:
    """The words that begin a command line, so that it runs as `account` and reaches `folder` and `program`.

    A home folder such as /root is closed to other accounts. Rather than opening it for everybody, the least right that
    leads through is left to the command: none, reading, or (where a container grants no other) reading and writing.

    Raises:
        Unavailable: no right that we may pass on leads to both.
    """
    if account is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Unavailable(
            "embedded PostgreSQL",
            "it refuses to run as root, and `setpriv` (package util-linux) is missing; start it as an ordinary user",
        )
    reach = ["/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh", str(folder), str(program)]
    for right in ("", ",+dac_read_search", ",+dac_override"):
        rights = f"-all{right}"
        words = [setpriv, f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups", "--no-new-privs"]
        words += [f"--bounding-set={rights}", f"--inh-caps={rights}", f"--ambient-caps={rights}"]
        if right:
            words.append("--securebits=+no_setuid_fixup")  # or access(2), which the server asks, ignores the right
        tried = subprocess.run([*words, *reach], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if tried.returncode == 0 and not tried.stderr:
            return words
    raise Unavailable(
        "embedded PostgreSQL",
        f"it refuses to run as root, and the account {account.uid} cannot reach {folder}: {tried.stderr.strip()}; "
        "start it as an ordinary user, or set DATABASE_URL",
    )
