"""Does a connector act on nothing but what the gate allowed, exactly as it was allowed?"""

from __future__ import annotations

import dataclasses

import httpx
import msgspec
import pytest

from interlock.connectors.contract import Authorised, Done, authorise
from interlock.kernel.errors import Refused
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ProposalJudged
from tests.connectors.systems import ARGS, PAY, PAY_PLAIN, PROPOSAL, allowed, answering, judged, proposed


class Counting:
    """A system that does whatever it is asked, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        return httpx.Response(201, json={"id": "p-1"})


@pytest.mark.parametrize("verdict", ["needs", "denied"])
def test_only_an_allowed_judgement_authorises(verdict: str) -> None:
    of = proposed(PAY, ARGS)
    with pytest.raises(Refused, match="not_authorised"):
        authorise(judged(of, verdict), of)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["proposal", "action", "args_hash"])
def test_a_judgement_of_something_else_authorises_nothing(field: str) -> None:
    of = proposed(PAY, ARGS)
    other: ProposalJudged = msgspec.structs.replace(judged(of), **{field: ProposalId("another")})
    with pytest.raises(Refused, match="not_authorised"):
        authorise(other, of)


def test_an_authorisation_cannot_be_turned_into_another_one() -> None:
    authorised, _ = allowed(PAY, ARGS)
    denied = judged(proposed(PAY, ARGS), "denied")
    with pytest.raises((Refused, ValueError)):
        dataclasses.replace(authorised, judged=denied)
    with pytest.raises(dataclasses.FrozenInstanceError):
        authorised.judged = denied  # type: ignore[misc]


async def test_what_was_allowed_is_called_once() -> None:
    system = Counting()
    authorised, args = allowed(PAY, ARGS)
    assert await answering(system).perform(authorised, PAY, args, PROPOSAL) == Done({"id": "p-1"})
    assert system.calls == 1


@pytest.mark.parametrize("what", ["action", "amount", "argument more", "argument less", "proposal"])
async def test_anything_but_what_was_allowed_is_refused_and_not_sent(what: str) -> None:
    system = Counting()
    authorised, args = allowed(PAY, {**ARGS, "note": "for the kettle"})
    action, proposal = PAY, PROPOSAL
    if what == "action":
        action = PAY_PLAIN
    elif what == "amount":
        args = {**args, "amount": {"amount": 184000, "currency": "EUR"}}
    elif what == "argument more":
        args = {**args, "extra": "x"}
    elif what == "argument less":
        del args["note"]
    else:
        proposal = "pr_2"
    with pytest.raises(Refused, match="not_authorised"):
        await answering(system).perform(authorised, action, args, proposal)
    assert system.calls == 0


async def test_without_an_authorisation_nothing_is_sent() -> None:
    system = Counting()
    for forged in (None, object(), {"verdict": "allowed"}):
        with pytest.raises((Refused, AttributeError)):
            await answering(system).perform(forged, PAY, ARGS, PROPOSAL)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        Authorised(judged(proposed(PAY, ARGS), "needs"), proposed(PAY, ARGS))
    assert system.calls == 0
