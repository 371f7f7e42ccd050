"""What must somebody show to have an action carried out, and what can be answered?"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Protocol

from interlock.control.actions import Action, all_args
from interlock.control.arguments import hash_args
from interlock.kernel.errors import Refused
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged


@dataclass(frozen=True, slots=True)
class Authorised:
    """An allowed judgement of exactly one proposal. There is none without: making one checks it.

    Raises:
        Refused: ``not_authorised`` (403); the judgement allows nothing, or allows something else.
    """

    judged: ProposalJudged
    proposed: ActionProposed
    secret: InitVar[bytes | None] = None

    def __post_init__(self, secret: bytes | None) -> None:
        judged, proposed = self.judged, self.proposed
        if judged.verdict != "allowed":
            raise _refused(f"the judgement of {judged.proposal} is '{judged.verdict}'")
        for name in ("proposal", "action", "args_hash"):
            if getattr(judged, name) != getattr(proposed, name):
                raise _refused(f"the judgement of {judged.proposal} is about another {name.replace('_', ' ')}")
        if secret is None:
            return
        found = hash_args(proposed.action, all_args(proposed.args, proposed.private_args), secret)
        if not hmac.compare_digest(found, judged.args_hash):
            raise _refused(f"the arguments of {judged.proposal} are not those that were judged, or were erased")

    def covers(self, action: str, args: Mapping[str, Any], key: str) -> bool:
        """Whether it is exactly this call that was allowed."""
        mine = all_args(self.proposed.args, self.proposed.private_args)
        return (action, key, dict(args)) == (self.judged.action, self.judged.proposal, mine)


def authorise(judged: ProposalJudged, proposed: ActionProposed, secret: bytes | None = None) -> Authorised:
    """What a connector wants to see before it carries anything out.

    Args:
        judged: the last judgement of the proposal, from the log.
        proposed: the proposal, from the log; its arguments are the only ones that can be sent.
        secret: the tenant's secret that keys the hash of arguments; with it the hash itself is computed anew.

    Raises:
        Refused: ``not_authorised`` (403); the judgement allows nothing, or allows something else.
    """
    return Authorised(judged, proposed, secret)


@dataclass(frozen=True, slots=True)
class Done:
    """The system did it; ``result`` is its answer (JSON)."""

    result: Any


@dataclass(frozen=True, slots=True)
class Declined:
    """The system said no, and did nothing.

    Attributes:
        code: the system's own name for it, else ``http_422`` and the like.
        reason: what kind of no it is, in its own words: the same for everybody, so it may enter the log.
        detail: about this very case, for a person who may see it; it may be personal and does not enter the log.
    """

    code: str
    reason: str
    detail: str = ""


Answer = Done | Declined


class Connection(Protocol):
    """One outside system, however it is reached; see ``HttpConnector`` for what each of these promises."""

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read a resource for a judgement; None where there is none. Raises Unavailable."""
        ...

    async def perform(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> Answer:
        """Carry out exactly what was allowed. Raises Refused ``not_authorised``, Unavailable, Unknown."""
        ...

    async def look_up(self, action: Action, args: Mapping[str, Any], key: str) -> Any:
        """Ask what became of a call. Raises Unavailable, Unknown."""
        ...

    async def aclose(self) -> None:
        """Give back what it holds."""
        ...


def _refused(why: str) -> Refused:
    return Refused("not_authorised", f"Nothing is carried out without an allowed judgement: {why}.", status=403)
