"""How do the language models of a release come to life: with which key, and at an address that may be called?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from interlock.connectors.addresses import Target, read_url
from interlock.connectors.builtin_model import Model
from interlock.connectors.opening import check_literal
from interlock.dialogue.model_files import MODELS_FILE, ModelSpec, ModelSpecs
from interlock.journeys.model import Journey, models_of
from interlock.kernel.documents import DefinitionError, Problem
from interlock.kernel.errors import Refused

if TYPE_CHECKING:
    from interlock.connectors.language_model import LanguageModel


class OpenedModel(Model, Protocol):
    """A model that keeps connections."""

    async def aclose(self) -> None:
        """Close them."""
        ...


def open_models(
    specs: ModelSpecs,
    journeys: Mapping[str, Journey],
    credential_of: Callable[[str], str],
    allow: Collection[str] = (),
) -> tuple[OpenedModel, ...]:
    """The language models of a release, those first that are asked by themselves, in their order; nothing is called yet.

    Args:
        credential_of: (name in the file) → the key; empty where there is none.
        allow: hosts with ports (``127.0.0.1:11434``) that may lie within private networks.

    Raises:
        DefinitionError: with everything that is wrong with any of them.
    """
    if not specs.asked and not specs.others:
        return ()
    known = {name: (journey.title, journey.examples) for name, journey in journeys.items() if journey.examples}
    problems: list[Problem] = []
    opened: list[OpenedModel] = []
    named = {
        *specs.agents,
        *specs.drafts,
        *(name for each in journeys.values() for path in each.order for name in models_of(each, path)),
    }
    for name, spec in (*specs.asked, *(each for each in specs.others if each[0] in named)):
        try:
            opened.append(open_model(name, spec, known, credential_of, allow))
        except Refused as refused:
            mend = "allow it with INTERLOCK_ALLOW where Interlock runs, or name another address"
            problems.append(_problem(name, refused.reason.rstrip("."), mend))
        except ImportError as error:
            mend = f"pip install 'pydantic-ai-slim[{spec.provider}]' where Interlock runs"
            problems.append(_problem(name, f"what {spec.provider} needs is not installed ({error})", mend))
    if problems:
        raise DefinitionError(problems)
    return tuple(opened)


def open_model(
    name: str,
    spec: ModelSpec,
    journeys: Mapping[str, tuple[str, tuple[str, ...]]],
    credential_of: Callable[[str], str],
    allow: Collection[str],
) -> LanguageModel:
    """One of them. Raises DefinitionError where there is no key; Refused; ImportError."""
    unchecked: Target | None = None
    if spec.url and (target := read_url(spec.url)).authority not in allow:
        check_literal(target)
        unchecked = target
    key = credential_of(spec.credential) if spec.credential else ""
    if spec.credential and not key:
        variable = f"INTERLOCK_CREDENTIAL_{spec.credential.upper()}"
        raise DefinitionError(
            [_problem(name, f"there is no key '{spec.credential}'", f"set {variable} where Interlock runs")]
        )
    from interlock.connectors.language_model import LanguageModel

    return LanguageModel(name, spec, key, journeys, unchecked=unchecked)


def _problem(name: str, what: str, mend: str) -> Problem:
    return Problem(MODELS_FILE, 1, 1, f"model '{name}': {what}", mend)
