"""A small journey language, as the tests of definitions read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from interlock.kernel.cel import Expression
from interlock.kernel.documents import DefinitionError, Duration, Percent, load
from interlock.kernel.template import Template

ActionName = Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z_]+$", examples=["shop.get_order"])]


class SayStep(Struct, frozen=True, forbid_unknown_fields=True):
    say: Template


class AskStep(Struct, frozen=True, forbid_unknown_fields=True):
    ask: str
    into: str


class ChooseStep(Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    choose: str
    source: str
    ask: str | None = None
    into: str | None = None


class Verification(Struct, frozen=True, forbid_unknown_fields=True):
    level: Annotated[int, Meta(ge=1, le=3, examples=[2])]
    by: Literal["order_and_email", "code"] = "code"


class VerifyStep(Struct, frozen=True, forbid_unknown_fields=True):
    verify: Verification


class LookUpStep(Struct, frozen=True, forbid_unknown_fields=True, rename={"arguments": "with", "name": "as"}):
    """Asks another system."""

    look_up: ActionName
    arguments: dict[str, object]
    name: str
    timeout: Duration | None = None
    on: dict[Literal["denied", "unavailable"], tuple[Step, ...]] = {}


class WhenStep(Struct, frozen=True, forbid_unknown_fields=True):
    when: Expression
    then: tuple[Step, ...]


class EndStep(Struct, frozen=True, forbid_unknown_fields=True):
    end: str


Step = SayStep | AskStep | ChooseStep | VerifyStep | LookUpStep | WhenStep | EndStep


class Journey(Struct, frozen=True, forbid_unknown_fields=True):
    """One matter of a customer, from its beginning to its end."""

    journey: str
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    title: Annotated[str, Meta(max_length=40)] | None = None
    examples: tuple[str, ...] = ()
    contained: Percent | None = None
    patience: Duration | None = None
    limit: Decimal | None = None
    urgent: bool = False


def mistakes(text: str, into: type = Journey) -> list[str]:
    """The problems of a definition as an author reads them, without the name of the file."""
    try:
        load(text, "j.yaml", into)
    except DefinitionError as error:
        return [str(each).removeprefix("j.yaml:") for each in error.problems]
    return []


def step_mistakes(steps: str) -> list[str]:
    """The problems of a journey's steps, which begin in line 3."""
    return mistakes("journey: j\nsteps:\n" + steps)
