"""What do a connector's actions say to customers, and what is that in other languages?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from interlock.control.actions import Action
from interlock.control.bundle import Bundle
from interlock.control.templates import Template

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By language and connector: texts as they are written, and what they are in that language."""


def card_texts(bundle: Bundle) -> dict[str, tuple[str, ...]]:
    """The texts of the cards of each connector, each once: what its actions do, and the lines with their labels."""
    found: dict[str, dict[str, None]] = {name: {} for name in bundle.connectors}
    for action in bundle.actions.values():
        if action.effect == "execute":
            found[action.connector] |= dict.fromkeys([action.says.text, *_lines(action)])
    return {name: tuple(texts) for name, texts in found.items()}


def in_languages(bundle: Bundle, tables: Tables) -> Bundle:
    """The bundle whose actions can be said in these languages as well; what has no translation is said as it is written."""
    return replace(bundle, actions={name: _translated(action, tables) for name, action in bundle.actions.items()})


def _translated(action: Action, tables: Tables) -> Action:
    others = {}
    for language, connectors in tables.items():
        table = connectors.get(action.connector, {})
        if not table.keys().isdisjoint([action.says.text, *_lines(action)]):
            lines = tuple((table.get(label, label), _in(table, line)) for label, line in action.shows)
            others[language] = (_in(table, action.says), lines)
    return replace(action, others=others) if others else action


def _in(table: Mapping[str, str], text: Template) -> Template:
    return Template.from_text(table[text.text]) if text.text in table else text


def _lines(action: Action) -> list[str]:
    return [text for label, line in action.shows for text in (label, line.text)]
