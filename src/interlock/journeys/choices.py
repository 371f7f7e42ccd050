"""What does a customer choose from: which items, told by what, called how?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from interlock.journeys.language import ChooseStep
from interlock.journeys.values import spoken
from interlock.kernel.cel import ExpressionError
from interlock.vocabulary.channels import Choice
from interlock.vocabulary.settings import TenantSettings

MAX_CHOICES: Final = 10
"""Buttons on one card."""

MAX_LABEL: Final = 120
"""Characters of what a button says; the rest is cut off."""


def list_of(step: ChooseStep, values: Mapping[str, Any]) -> list[Any]:
    """The items of a choice, at most as many as there are buttons; none where its expression gives no list."""
    try:
        found = step.source.evaluate(values)
    except ExpressionError:
        return []
    return found[:MAX_CHOICES] if isinstance(found, list) else []


def item_id(item: Any, index: int) -> str:
    """What the choice of an item is told by: its own ``id``, else its place in the list."""
    if isinstance(item, Mapping) and isinstance(item.get("id"), str | int):
        return str(item["id"])
    return str(index)


def item_choices(step: ChooseStep, values: Mapping[str, Any], settings: TenantSettings) -> tuple[Choice, ...]:
    """The items of a choice with their labels."""
    choices = []
    for index, item in enumerate(list_of(step, values)):
        said = spoken({**values, step.choose: item}, settings.zone, settings.language)
        try:
            label = step.label.render(said)
        except ValueError:
            label = item_id(item, index)
        choices.append(Choice(value=item_id(item, index), label=label[:MAX_LABEL]))
    return tuple(choices)
