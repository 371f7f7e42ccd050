"""Does the browser's copy of a document stay equal to the server's? `applyOps` under node, on documents that change."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .mock_world import diff

SCRIPT = Path(__file__).with_name("apply_ops.mjs")
NODE = shutil.which("node")
SEEDS = 400

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node on this machine")


def apply_in_node(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the browser's code makes of each value and its operations."""
    done = subprocess.run(
        [str(NODE), str(SCRIPT)], input=json.dumps(cases), capture_output=True, text=True, timeout=60, check=True
    )
    return list(json.loads(done.stdout))


def anything(rng: random.Random, depth: int = 0) -> Any:
    """A document of any shape."""
    kind = rng.choice(("text", "number", "null", "true", "list", "record", "record")) if depth < 4 else "text"
    if kind == "list":
        return [anything(rng, depth + 1) for _ in range(rng.randrange(5))]
    if kind == "record":
        return {rng.choice("abcdefgh"): anything(rng, depth + 1) for _ in range(rng.randrange(6))}
    return {
        "text": rng.choice(("", "ö", "€18.40", "__proto__")),
        "number": rng.randrange(100),
        "null": None,
        "true": True,
    }[kind]


def mutated(rng: random.Random, value: Any) -> Any:
    """The document after a few changes somewhere in it."""
    if rng.random() < 0.2:
        return anything(rng, 2)
    if isinstance(value, dict):
        changed = {key: mutated(rng, one) for key, one in value.items() if rng.random() > 0.15}
        return changed | ({rng.choice("abcdefgh"): anything(rng, 2)} if rng.random() < 0.4 else {})
    if isinstance(value, list):
        return [mutated(rng, one) for one in value if rng.random() > 0.1] + [
            anything(rng, 3) for _ in range(rng.randrange(3))
        ]
    return value


def test_a_stale_document_plus_its_patches_equals_the_fresh_one() -> None:
    cases, fresh = [], []
    for seed in range(SEEDS):
        rng = random.Random(seed)
        old = anything(rng)
        ops, now = [], old
        for _ in range(rng.randrange(1, 6)):
            later = mutated(rng, copy.deepcopy(now))
            ops += diff(now, later)
            now = later
        cases.append({"value": old, "ops": ops})
        fresh.append(now)
    answers = apply_in_node(cases)
    assert [answer["value"] for answer in answers] == fresh
    assert all(answer["untouched"] for answer in answers)


@pytest.mark.parametrize(
    ("value", "op"),
    [
        ({"a": 1}, {"op": "set", "path": ["b", "c"], "value": 1}),
        ({"a": [1]}, {"op": "set", "path": ["a", 5], "value": 1}),
        ({"a": [1]}, {"op": "remove", "path": ["a", 1]}),
        ({"a": 1}, {"op": "remove", "path": ["b"]}),
        ({"a": 1}, {"op": "append", "path": ["a"], "values": [1]}),
        ({"a": 1}, {"op": "increment", "path": ["a"]}),
        ({"a": "text"}, {"op": "set", "path": ["a", "b"], "value": 1}),
    ],
)
def test_a_patch_that_does_not_fit_is_refused_and_changes_nothing(value: Any, op: dict[str, Any]) -> None:
    (answer,) = apply_in_node([{"value": value, "ops": [op]}])
    assert "misfit" in answer
    assert answer["untouched"]


def test_an_empty_path_means_the_whole_value() -> None:
    answers = apply_in_node(
        [
            {"value": None, "ops": [{"op": "set", "path": [], "value": {"a": 1}}]},
            {"value": [1], "ops": [{"op": "append", "path": [], "values": [2, 3]}]},
        ]
    )
    assert [answer["value"] for answer in answers] == [{"a": 1}, [1, 2, 3]]
