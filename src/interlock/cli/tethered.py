"""How does a process end with the one that started it, even when that is killed? ``python -m interlock.cli.tethered MODULE …``

The starter keeps the other end of standard input open, and nobody else has it: when the starter is gone, however it went, the
system closes it. Then the module is asked to stop, and stopped if it does not.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

GRACE_S: Final = 8.0
"""How long a module whose starter is gone may take to stop by itself."""


def _wait_for_the_end() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def main() -> None:
    """Run a module as if it had been named to Python itself, for as long as whoever started it is there."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=_wait_for_the_end, name="tether", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
