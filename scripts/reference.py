"""What do the reference pages say about the code? Writes their generated parts anew; ``--check`` only looks.

A generated part of a page stands between ``<!-- generated: KIND ARGUMENT -->`` and ``<!-- end -->``; everything else is
written by hand. Kinds: ``settings``, ``fields MODULE:STRUCT``, ``events MODULE``, ``limits``, ``codes``,
``routes MODULE``, ``commands``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import typer
from describe import (
    ast_of,
    attributes,
    default_text,
    duration_text,
    first_line,
    first_paragraph,
    permissions_of,
    refusals,
    source_of,
    tag_kinds,
    type_text,
)
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from words import ADDED, FIELDS, HIDDEN, LIMIT_PACKAGES

from interlock.governance.permissions import GRANTS
from interlock.kernel.events import Event, sealed_fields
from interlock.runtime.settings import PREFIX, Settings
from interlock.vocabulary.catalogue import EVENTS

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = ROOT / "docs" / "reference"
MANY: Final = 8
"""Fields from which on one sentence about their common type is better than a column."""
BLOCK: Final = re.compile(r"(<!-- generated: (?P<kind>\w+) ?(?P<of>[\w.:]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table, without the columns in which nothing stands."""
    kept = [at for at in range(len(head)) if any(row[at] for row in rows)]
    head, rows = tuple(head[at] for at in kept), [tuple(row[at] for at in kept) for row in rows]
    cells = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |\n" for row in cells)


def named(path: str) -> Any:
    """What ``package.module:Name`` names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def modules_of(*packages: str) -> Iterator[Any]:
    """Every module of some packages of ours."""
    for package in packages:
        found = importlib.import_module(package)
        yield found
        for each in pkgutil.walk_packages(getattr(found, "__path__", []), f"{package}."):
            yield importlib.import_module(each.name)


def settings(_: str) -> str:
    """The environment variables of a node."""
    words = attributes(Settings)
    rows = [
        (f"`{PREFIX}{field.name.upper()}`", default_text(field), words.get(field.name, ""))
        for field in msgspec.structs.fields(Settings)
    ]
    return table(("variable", "default", ""), rows)


def fields(of: str) -> str:
    """The fields of one struct that authors write, or that a request carries."""
    struct = named(of)
    words = attributes(struct)
    rows = []
    for field in msgspec.structs.fields(struct):
        required = field.required
        shown = "required" if required else default_text(field)
        said = words.get(field.name) or FIELDS.get(f"{struct.__name__}.{field.name}", "")
        rows.append((f"`{field.encode_name}`", type_text(struct, field.name), shown, said))
    if len(rows) > MANY and len({row[1] for row in rows}) == 1:
        alike = f" Each is {rows[0][1]}."
        rows = [(name, "", shown, said) for name, _, shown, said in rows]
        return f"{first_paragraph(struct)}{alike}\n\n" + table(("field", "type", "default", ""), rows)
    return f"{first_paragraph(struct)}\n\n" + table(("field", "type", "default", ""), rows)


def events(of: str) -> str:
    """The events of one noun, with their tags and fields."""
    parts = []
    for kind in EVENTS:
        if kind.__module__ != of or not issubclass(kind, Event):
            continue
        sealed, words = sealed_fields(kind), attributes(kind)
        rows = [
            (
                f"`{field.name}`",
                type_text(kind, field.name),
                " ".join(filter(None, ("**sealed.**" if field.name in sealed else "", words.get(field.name, "")))),
            )
            for field in msgspec.structs.fields(kind)
        ]
        carried = ", ".join(f"`{each}`" for each in tag_kinds(kind))
        parts.append(
            f"### {kind.__name__}\n\n{first_paragraph(kind)}\n\nTags: {carried}.\n\n"
            + table(("field", "type", ""), rows)
        )
    return "\n".join(parts)


def limits(_: str) -> str:
    """Every named number that bounds something, with the sentence that stands beside it."""
    parts = []
    for package, title in LIMIT_PACKAGES.items():
        rows: list[tuple[str, ...]] = []
        for module in modules_of(f"interlock.{package}"):
            beside = attributes(module)
            for name in ast_of(module).constants:
                key = f"{module.__name__.removeprefix('interlock.')}.{name}"
                value = getattr(module, name, None)
                if name.startswith("_") or key in HIDDEN or isinstance(value, bool):
                    continue
                if isinstance(value, int | float | timedelta):
                    words = ADDED.get(key) or beside.get(name, "")
                    rows.append((f"`{name}`", quantity(name, value), words, f"`{module.__name__.split('.', 1)[1]}`"))
        if rows:
            parts.append(f"### {title}\n\n" + table(("limit", "value", "", "in"), rows))
    return "\n".join(parts)


def quantity(name: str, value: float | timedelta) -> str:
    """A number as people read it, with the unit that its name ends with."""
    if isinstance(value, timedelta):
        return duration_text(value)
    if name.endswith("_BYTES") or name == "LARGEST_ANSWER":
        return f"{value:,} bytes"
    for ending, unit in (("_MS", "ms"), ("_S", "s")):
        if name.endswith(ending):
            return f"{value:,g} {unit}"
    return f"{value:,}"


def codes(_: str) -> str:
    """Every code with which the rules say no, its status, and where."""
    found: dict[str, tuple[set[int], set[str], str]] = {}
    for module in modules_of("interlock"):
        for code, status, reason in refusals(module):
            statuses, places, first = found.get(code, (set(), set(), ""))
            place = module.__name__.split(".")[1]
            found[code] = (statuses | {status}, places | {place}, first or reason)
    rows = [
        (f"`{code}`", ", ".join(map(str, sorted(statuses))), reason, ", ".join(f"`{each}`" for each in sorted(places)))
        for code, (statuses, places, reason) in sorted(found.items())
    ]
    return table(("code", "status", "for example", "from"), rows)


def routes(of: str) -> str:
    """The routes of one module of the API: who may call them, and what they take."""
    module = importlib.import_module(of)
    rows = []
    for handler in vars(module).values():
        if not isinstance(handler, HTTPRouteHandler | WebsocketRouteHandler):
            continue
        methods = sorted(handler.http_methods) if isinstance(handler, HTTPRouteHandler) else ["WebSocket"]
        body = body_text(inspect.get_annotations(handler.fn, eval_str=True).get("data"))
        for path in sorted(handler.paths):
            shown = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
            method = "/".join(each for each in methods if each not in ("HEAD", "OPTIONS"))
            rows.append((f"`{method} {shown}`", who_may(handler.fn), body, first_line(handler.fn)))
    return table(("", "who", "takes", ""), rows)


def who_may(function: Any) -> str:
    """Who may call a route: the roles that are granted what it asks for, anybody who is signed in, or everybody."""
    wants = permissions_of(function)
    if wants and "provide_caller(" not in source_of(function):
        return ", ".join(role for role, granted in GRANTS.items() if wants & granted)
    if "caller" in function.__annotations__:
        return "agents of other vendors"
    if "provide_caller(" in source_of(function):
        return "staff, agents of other vendors"
    knows_who = "person" in function.__annotations__ or "signed_in(" in source_of(function)
    return "staff" if knows_who else "everybody"


def body_text(struct: Any) -> str:
    """The fields of a request's body; optional ones with a question mark."""
    if struct is None:
        return ""
    named = [f"{field.name}{'' if field.required else '?'}" for field in msgspec.structs.fields(struct)]
    return "`{" + ", ".join(named) + "}`"


def commands(_: str) -> str:
    """The commands of the command line with their arguments and options."""
    from interlock.cli.main import app

    return "\n".join(_command(name, each) for name, each in walk(typer.main.get_command(app), "interlock"))


def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its whole name."""
    if getattr(command, "commands", None):
        for word, inner in command.commands.items():
            yield from walk(inner, f"{name} {word}")
    else:
        yield name, command


def _command(name: str, command: Any) -> str:
    rows = []
    for parameter in command.params:
        if parameter.name == "help":
            continue
        argument = parameter.param_type_name == "argument"
        shown = f"`{parameter.name.upper()}`" if argument else ", ".join(f"`{each}`" for each in parameter.opts)
        words = getattr(parameter, "help", "") or ""
        plain = isinstance(parameter.default, int | str) and not isinstance(parameter.default, bool)
        default = f" Default: {parameter.default}." if plain and not parameter.required else ""
        required = " Required." if parameter.required and not argument else ""
        rows.append((shown, f"{words}{default}{required}".strip()))
    about = " ".join((command.help or "").split("\f")[0].split())
    return f"### {name}\n\n{about}\n" + (f"\n{table(('', ''), rows)}" if rows else "")


KINDS: Final[dict[str, Callable[[str], str]]] = {
    "settings": settings,
    "fields": fields,
    "events": events,
    "limits": limits,
    "codes": codes,
    "routes": routes,
    "commands": commands,
}


def current(page: str) -> str:
    """A page with its generated parts as the code is now."""

    def part(match: re.Match[str]) -> str:
        return f"{match[1]}\n{KINDS[match['kind']](match['of']).rstrip()}\n\n{match[4]}"

    return BLOCK.sub(part, page)


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with ``--check`` say which are stale; 1 if any is."""
    check = list(arguments) == ["--check"]
    if arguments and not check:
        print("usage: scripts/reference.py [--check]", file=sys.stderr)
        return 2
    stale = []
    for path in sorted(PAGES.glob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = current(before)
        if after != before:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(after, encoding="utf-8")
    for path_name in stale:
        print(f"{path_name} {'is stale; run scripts/reference.py' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
