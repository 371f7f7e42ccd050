"""What does a connector's facts.py say, asked in a process of its own that can be ended at any moment?

Run as a plain script with nothing but the standard library, so that it starts at once and sees no secret. The first line
of standard input is ``{"file", "source"}`` and is answered by a line; each further one asks
``{"calls": [[name, takes_reads], ...], "resource", "args", "reads"}`` and is answered by a line for each call, as soon as
it is known: ``{"value"}`` or ``{"raised", "line", "words"}``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import TracebackType
from typing import Any, BinaryIO, Final

LONGEST_WORDS: Final = 200
"""Characters of what a function says about something that is not there."""


def main() -> int:
    """Answer until standard input ends. Arguments: seconds of computing for one request, bytes of memory."""
    cpu_s, memory = float(sys.argv[1]), int(sys.argv[2])
    # Ctrl-C is the server's affair: it ends this process when it has no more questions.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(memory)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    opening = json.loads(sys.stdin.buffer.readline() or b"{}")
    if not opening:
        return 0
    file = opening["file"]
    module: dict[str, Any] = {"__name__": "interlock_facts"}
    exec(compile(opening["source"], file, "exec"), module)  # noqa: S102  checked and run once already when published
    _answer(answers, {"value": "ready"})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        # The default action of the signal ends the process, also within a regular expression that never comes back.
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        for name, takes_reads in request["calls"]:
            given = [request["resource"], request["args"], *([request["reads"]] if takes_reads else [])]
            _answer(answers, _asked(module[name], given, file))
        signal.setitimer(signal.ITIMER_PROF, 0)
    return 0


def _asked(function: Any, given: list[Any], file: str) -> dict[str, Any]:
    try:
        value = function(*given)
        json.dumps(value, default=_as_list)
    except BaseException as error:  # also SystemExit: nothing that a function does ends the answers
        # What a LookupError says are the author's own words; any other message may repeat something personal.
        words = str(error)[:LONGEST_WORDS] if type(error) is LookupError else ""
        return {"raised": type(error).__name__, "line": _line(error.__traceback__, file), "words": words}
    return {"value": value}


def _answer(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, default=_as_list).encode() + b"\n")
    answers.flush()


def _as_list(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no value of a fact")


def _line(place: TracebackType | None, file: str) -> int:
    """The last line of facts.py that was reached; 0 where it was none."""
    line = 0
    while place is not None:
        line = place.tb_lineno if place.tb_frame.f_code.co_filename == file else line
        place = place.tb_next
    return line


def _limit(memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        # Some systems know no such limit; the one of computing holds anyway.
        pass


if __name__ == "__main__":
    sys.exit(main())
