"""Does the code keep the house rules that no linter knows: sizes, docstrings, sealed fields, what the texts speak of?"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from interlock.kernel.events import Event, sealed_fields
from interlock.vocabulary.catalogue import EVENTS

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 350
LONGEST_FUNCTION = 60
TEXT = frozenset(
    {
        ".py",
        ".md",
        ".yaml",
        ".yml",
        ".toml",
        ".lock",
        ".sh",
        ".js",
        ".mjs",
        ".css",
        ".html",
        ".sql",
        ".cedar",
        ".txt",
        "",
    }
)

LONGER_MODULES: dict[str, str] = {
    "tests/connectors/test_calls.py": "every way in which a call can come to nothing, side by side",
}
"""Modules that may be longer, each with the reason."""

LONGER_FUNCTIONS: dict[str, str] = {
    "src/interlock/control/challenges.py:issue_challenge": "three facts and a refusal, written out field by field",
    "tests/web/mock_world.py:_busy": "one document, as a page gets it, written out",
}
"""Functions that may be longer, each with the reason."""


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository: those that git tracks and those that it would; all but hidden ones without git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listed.stdout.splitlines() if listed.returncode == 0 else []
    found = [ROOT / name for name in names] or [
        path for path in ROOT.rglob("*") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]
    return tuple(sorted(path for path in found if path.is_file()))


def name_of(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


def modules() -> tuple[Path, ...]:
    """Every Python file."""
    return tuple(path for path in tracked() if path.suffix == ".py")


@cache
def written() -> dict[str, str]:
    """Every text that we wrote, by its name."""
    return {
        name_of(path): path.read_text(encoding="utf-8")
        for path in tracked()
        if path.suffix in TEXT and "vendor" not in path.parts and path.name != "LICENSE"
    }


def test_there_is_something_to_check() -> None:
    assert len(modules()) > 150
    assert {"README.md", "src/interlock/kernel/events.py"} <= written().keys()


DOCSTRING = re.compile(r"""(?:#[^\n]*\n|\s)*\"{3}\s*[^\s"]""")
"""A text that begins with one, comments aside."""


def test_every_module_says_which_question_it_answers() -> None:
    silent = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        empty_package = path.name == "__init__.py" and not text.strip()
        if not empty_package and not DOCSTRING.match(text):
            silent.append(name_of(path))
    assert silent == []


def test_no_module_is_too_long() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    too_long = {name: count for name, count in lines.items() if count > LONGEST_MODULE and name not in LONGER_MODULES}
    assert too_long == {}


def test_no_script_of_the_browser_is_too_long() -> None:
    scripts = [path for path in tracked() if path.suffix in (".js", ".mjs") and "vendor" not in path.parts]
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in scripts}
    assert scripts
    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}


def test_no_function_is_too_long() -> None:
    too_long = {}
    for path in modules():
        for node in functions(ast.parse(path.read_text(encoding="utf-8"))):
            lines = length(node)
            name = f"{name_of(path)}:{node.name}"
            if lines > LONGEST_FUNCTION and name not in LONGER_FUNCTIONS:
                too_long[name] = lines
    assert too_long == {}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function, also one within another; expressions hold none, and are most of a module."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, block, ()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            yield from functions(node)


def test_a_function_is_found_wherever_it_stands() -> None:
    text = """
class A:
    def one(self):
        if self:
            pass
        elif True:
            async def two(): ...
        try:
            pass
        except ValueError:
            def three(): ...
        finally:
            with self:
                def four(): ...
        match self:
            case 1:
                for _ in ():
                    def five(): ...
"""
    assert sorted(node.name for node in functions(ast.parse(text))) == ["five", "four", "one", "three", "two"]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, its docstring aside: saying what the arguments are makes none longer to read."""
    first = function.body[0]
    words = (first.end_lineno or first.lineno) - first.lineno + 1 if ast.get_docstring(function) else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - words


def test_no_exception_is_kept_that_nobody_needs() -> None:
    long_modules = {name for name, text in written().items() if len(text.splitlines()) > LONGEST_MODULE}
    assert sorted(LONGER_MODULES.keys() - long_modules) == []
    assert sorted(name for name in LONGER_FUNCTIONS if not (ROOT / name.partition(":")[0]).exists()) == []


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if sealed_fields(kind)], ids=lambda kind: kind.__name__)
def test_an_event_with_sealed_fields_names_the_person_they_are_sealed_for(kind: type[Event]) -> None:
    assert "person" in {field.name for field in msgspec.structs.fields(kind)}


def test_tags_are_of_the_kinds_that_everybody_knows() -> None:
    kinds = set()
    for module in {kind.__module__ for kind in EVENTS}:
        tree = ast.parse((ROOT / "src" / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") == "tags":
                kinds |= {keyword.arg for keyword in call.keywords}
    assert kinds <= {
        *("interaction", "person", "session", "customer", "agent", "visit", "queue", "staff"),
        *("proposal", "challenge", "run", "release", "releases", "external_agent", "promise", "foresight"),
        *("carry", "carry_source", "correspondent"),
        *("event", "address", "firing", "trigger_key", "triggers", "matters"),
        *("article", "knowledge"),
    }


def test_what_there_is_not_has_one_code_thing_first() -> None:
    """``proposal_unknown`` everywhere, never ``no_such_proposal`` or ``unknown_proposal`` beside it."""
    other = re.compile(r"""(?:Refused|refuse)\((?:\s*None,)?\s*["'](?:no_such_|unknown_)""")
    told = {name: other.findall(text) for name, text in written().items() if name.startswith("src/interlock/")}
    assert {name: found for name, found in told.items() if found} == {}


HOSTS = (
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "npm" + "js.org",
    "npm" + "js.com",
    "un" + "pkg.com",
    "jsdel" + "ivr.net",
)
INDEXES = re.compile(r"--(?:extra-)?index-url[ =]|--find-links[ =]|registry\s*=\s*https?:|/simple/?\b(?=\s|$)")
MACHINE = re.compile(r"(?<![\w.~-])/(?:wo" + r"rk|ro" + r"ot|Us" + r"ers/\w+|ho" + r"me/\w+)/[\w.]")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
# The providers of models that somebody can ask are the product's own matter.
TOOLS = re.compile(
    r"\b(?:clau" + r"de|chat" + r"gpt|copi" + r"lot|co-auth" + r"ored-by|ge" + r"mini)\b",
    re.IGNORECASE,
)


def places(pattern: re.Pattern[str]) -> list[str]:
    """Where something stands that should not."""
    found = []
    for name, text in written().items():
        for number, line in enumerate(text.splitlines(), 1) if pattern.search(text) else ():
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    return found


def test_no_file_names_a_package_host() -> None:
    assert places(re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)) == []
    assert places(INDEXES) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert places(MACHINE) == []


def test_nothing_is_left_for_later() -> None:
    assert places(UNFINISHED) == []


def test_the_repository_speaks_of_the_product_alone() -> None:
    assert places(TOOLS) == []
