"""What can go wrong, in three kinds and no more; anything else is a bug and is loud.

Refused       the rules say no; an answer for a person, never a fault
Unavailable   an outside system is down or too slow; worth trying again
Conflict      someone was faster; read again and decide again
"""

from __future__ import annotations


class Refused(Exception):
    """The rules say no.

    Attributes:
        code: stable machine-readable name, such as ``agent_not_available``.
        reason: one sentence for the person who asked, in plain words, with the mend where there is one.
        status: the HTTP status that an API answers with (401, 403, 404, 409, 410, 413, 422 or 429).
    """

    def __init__(self, code: str, reason: str, *, status: int = 409) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.status = status


class Unavailable(Exception):
    """An outside system did not answer as it should.

    Attributes:
        system: the connector or store that is down.
        retry_after_s: when trying again is worth while, in seconds.
        sent: False when it is certain that the request never reached the system; True when it may have been carried out.
    """

    def __init__(self, system: str, reason: str, *, retry_after_s: float = 1.0, sent: bool = True) -> None:
        super().__init__(f"{system}: {reason}")
        self.system = system
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.sent = sent


class Conflict(Exception):
    """A fact that this decision should have seen has appeared since it was read."""


class Answered(Exception):
    """This very cause has been answered before: its facts are in the log already."""
