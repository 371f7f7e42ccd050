"""Is every mistake in ``models.yaml`` told with its line and its mend?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from interlock.connectors.opening_models import open_models
from interlock.dialogue.model_files import ModelSpecs, read_models
from interlock.kernel.documents import DefinitionError

GOOD = """\
models:
  main:
    provider: openai
    model: small
    url: http://127.0.0.1:11434/v1
    credential: main_key
    timeout: 3s
    price: { input: 0.25, output: 2.00 }
  other: { provider: anthropic, model: large, credential: other_key }
understand: [main]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as found:
        read_models({"models.yaml": text})
    return [str(problem) for problem in found.value.problems]


def opened(text: str, credentials: dict[str, str], allow: tuple[str, ...] = ()) -> list[str]:
    try:
        open_models(read_models({"models.yaml": text}), {}, lambda name: credentials.get(name, ""), allow)
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_only_those_that_are_asked_are_used_in_their_order():
    ((name, spec),) = read_models({"models.yaml": GOOD}).asked
    assert (name, spec.timeout, spec.price.output) == ("main", timedelta(seconds=3), Decimal("2.00"))
    both = read_models({"models.yaml": GOOD.replace("[main]", "[other, main]")})
    assert [name for name, _ in both.asked] == ["other", "main"]
    assert read_models({}) == ModelSpecs()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("provider: openai", "provider: opnai", "models.yaml:3:15"),
        ("understand: [main]", "understand: [mian]", "models.yaml:10:14: there is no model 'mian'; did you mean 'main'?"),
        ("understand: [main]", "understand: [main, main]", "'main' is named twice; name it once"),
        ("url: http://", "url: ", "models.yaml:5:10: '127.0.0.1:11434/v1' is no address; begin with https://"),
        ("timeout: 3s", "timeout: soon", "models.yaml:7"),
        ("timeout: 3s", "tiemout: 3s", "did you mean 'timeout'?"),
        ("input: 0.25", "input: -1", "models.yaml:8"),
        ("  main:", "  builtin:", "'builtin' is the built-in model; give it another name"),
        ("model: large,", "model: large, url: https://x.example, ", ""),
        ("anthropic, model: large", "google, model: large, url: https://x.example", "google is reached at its own addresses"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_its_mend(old: str, new: str, says: str):
    assert old in GOOD
    changed = GOOD.replace(old, new)
    if not says:
        read_models({"models.yaml": changed})
    else:
        assert any(says in problem for problem in problems(changed)), problems(changed)


def test_a_key_that_is_not_there_and_an_address_that_nobody_allowed_are_told_when_it_is_opened():
    assert opened(GOOD, {"main_key": "x"}) == [
        "models.yaml:1:1: model 'main': The address 127.0.0.1 is not on the public internet; allow it by name if it is"
        " meant; allow it with INTERLOCK_ALLOW where Interlock runs, or name another address"
    ]
    assert opened(GOOD, {}, ("127.0.0.1:11434",)) == [
        "models.yaml:1:1: model 'main': there is no key 'main_key'; set INTERLOCK_CREDENTIAL_MAIN_KEY where Interlock runs"
    ]


def test_a_provider_whose_library_is_not_there_is_told_with_what_to_install():
    (told,) = opened(GOOD.replace("[main]", "[other]"), {"other_key": "x"})
    assert "model 'other': what anthropic needs is not installed" in told
    assert "pip install 'pydantic-ai-slim[anthropic]'" in told
