"""Which language models are asked what a customer means, where, for how long, and at what price: ``models.yaml``?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.documents import DefinitionError, Duration, Problem, did_you_mean, load_located, problem

MODELS_FILE: Final = "models.yaml"

BUILTIN: Final = "builtin"
"""The model that is always there, and asked last."""

Provider = Literal["openai", "anthropic", "google", "mistral", "bedrock", "groq", "openrouter"]
OutputForm = Literal["tool", "native", "prompted"]
ModelName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", examples=["main"])]


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens cost, in the tenant's currency.

    Attributes:
        input: of what it is asked.
        output: of what it answers.
    """

    input: Annotated[Decimal, Meta(ge=0)] = Decimal(0)
    output: Annotated[Decimal, Meta(ge=0)] = Decimal(0)


class ModelSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language model.

    Attributes:
        provider: whose protocol it speaks; ``openai`` also for any server that does (Ollama, vLLM, llama.cpp), at its ``url``.
        model: its name there.
        url: the address; the provider's own where none is named.
        credential: the name of its key, ``INTERLOCK_CREDENTIAL_<NAME>`` where Interlock runs; without one it needs none.
        timeout: for an answer, repetitions included; after it the next model is asked.
        answer_within: for the whole of an answer in an agent step, once its first word came within ``timeout``.
        retries: how often an answer that is no suggestion is asked for again.
        output: how suggestions are asked for: as a ``tool`` call, ``native`` (a JSON Schema that the server holds it to), or
            ``prompted`` (in words, for models that know nothing else).
        price: for budgets of ``cost``.
        instructions: what it is told besides, such as what the company does.
    """

    provider: Provider
    model: Annotated[str, Meta(min_length=1, max_length=200)]
    url: str = ""
    credential: str = ""
    timeout: Duration = Duration(timedelta(seconds=4))
    answer_within: Duration = Duration(timedelta(seconds=30))
    retries: Annotated[int, Meta(ge=0, le=3)] = 1
    output: OutputForm = "tool"
    price: Price = Price()
    instructions: Annotated[str, Meta(max_length=4_000)] = ""


class ModelsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``models.yaml``.

    Attributes:
        models: by the name that the log, budgets and switches call them by.
        understand: those that are asked what a message means, in this order; then the built-in one.
        agents: those that work in agent steps, in this order, where a step names none; those of ``understand`` by themselves.
        drafts: those that draft replies for agents who ask for one, in this order; without any, nobody can.
    """

    models: dict[ModelName, ModelSpec]
    understand: tuple[ModelName, ...] = ()
    agents: tuple[ModelName, ...] = ()
    drafts: tuple[ModelName, ...] = ()


class ModelSpecs(msgspec.Struct, frozen=True):
    """The language models of a release.

    Attributes:
        asked: those that are asked what a message means, in this order.
        others: those that are asked only where a journey or a step names them.
        agents: the names of those that work in agent steps, in this order; ``drafts`` of those that draft replies.
    """

    asked: tuple[tuple[str, ModelSpec], ...] = ()
    others: tuple[tuple[str, ModelSpec], ...] = ()
    agents: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """What a journey can call them by, the built-in one included."""
        return frozenset({BUILTIN, *(name for name, _ in (*self.asked, *self.others))})


def read_models(files: Mapping[str, str]) -> ModelSpecs:
    """Read ``models.yaml``; without it the built-in model is asked alone.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    if MODELS_FILE not in files:
        return ModelSpecs()
    located = load_located(files[MODELS_FILE], MODELS_FILE, ModelsFile)
    file, problems = located.value, list[Problem]()
    for name, spec in file.models.items():
        if name == BUILTIN:
            mend = "give it another name"
            problems.append(problem(located, ("models", name), f"'{name}' is the built-in model", mend, at_key=True))
        if spec.url and not spec.url.startswith(("http://", "https://")):
            what = f"'{spec.url[:60]}' is no address"
            problems.append(problem(located, ("models", name, "url"), what, "begin with https:// or http://"))
        if spec.url and spec.provider in ("google", "bedrock"):
            what = f"{spec.provider} is reached at its own addresses"
            problems.append(problem(located, ("models", name, "url"), what, "take 'url' out"))
    for key, names in (("understand", file.understand), ("agents", file.agents), ("drafts", file.drafts)):
        for index, name in enumerate(names):
            if name not in file.models:
                mend = did_you_mean(name, file.models)
                problems.append(problem(located, (key, index), f"there is no model '{name}'", mend))
            elif name in names[:index]:
                problems.append(problem(located, (key, index), f"'{name}' is named twice", "name it once"))
    if problems:
        raise DefinitionError(problems)
    return ModelSpecs(
        tuple((name, file.models[name]) for name in file.understand),
        tuple((name, spec) for name, spec in file.models.items() if name not in file.understand),
        file.agents or file.understand,
        file.drafts,
    )
