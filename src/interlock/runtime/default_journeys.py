"""Which journeys come with the product, and which of them does a tenant keep?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from interlock.dialogue.wording import normalised
from interlock.journeys.matter_files import DEFAULTS
from interlock.journeys.model import JourneySet
from interlock.kernel.documents import DefinitionError, load
from interlock.vocabulary.matters import MATTERS
from interlock.vocabulary.settings import TenantSettings

FOLDER: Final = "journeys/"
TENANT_FILE: Final = "tenant.yaml"

_SAYS: Final = re.compile(r"^(?:journey|matter):[ \t]*[\"']?([a-z_]+)", re.MULTILINE)
"""What a journey file says that it is called, and what it is for."""


@cache
def default_texts() -> dict[str, str]:
    """The texts of the default journeys, by matter; each is a journey file like any other."""
    folder = files("interlock.journeys") / "defaults"
    return {matter: (folder / f"{matter}.yaml").read_text(encoding="utf-8") for matter in MATTERS}


def with_defaults(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of a definitions folder with the default journeys that it neither has itself nor switches off.

    They become texts of the release like all others: a new version of the product changes nothing about a release that is
    in force.
    """
    mine = {said for path, text in texts.items() if path.startswith(FOLDER) for said in _SAYS.findall(text)}
    left_out = mine | {*_off(texts)}
    added = {f"{DEFAULTS}{name}.yaml": text for name, text in default_texts().items() if name not in left_out}
    return {**added, **texts}


def learned_examples(journeys: JourneySet, language: str) -> dict[str, tuple[str, ...]]:
    """What the intent classifier learns from, by journey; what a tenant's own journey says is not a default one's as well."""
    found = journeys.examples()
    default = {name for name in found if journeys.journeys[name].default}
    if not default:
        return found
    own = {normalised(text, language) for name, texts in found.items() if name not in default for text in texts}
    kept = {
        name: texts if name not in default else tuple(text for text in texts if normalised(text, language) not in own)
        for name, texts in found.items()
    }
    return {name: texts for name, texts in kept.items() if name not in default or len(texts) > 2}


def _off(texts: Mapping[str, str]) -> Collection[str]:
    try:
        return load(texts[TENANT_FILE], TENANT_FILE, TenantSettings).matters.off
    except (DefinitionError, KeyError):
        return ()  # What is wrong with it is told when everything is checked.
