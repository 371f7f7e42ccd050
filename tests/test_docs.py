"""Do the documents say what the code does, and does every link in them lead somewhere?"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute

from interlock.cli.main import app as command_line
from interlock.control.bundle import load_bundle
from interlock.control.cases import failures, read_cases
from interlock.kernel.events import Event
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.settings import PREFIX, Settings
from interlock.vocabulary.catalogue import EVENTS
from interlock.vocabulary.settings import TenantSettings
from tests.apis import built

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "examples" / "demo"
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")


def page(name: str) -> str:
    """The text of a reference page."""
    return (REFERENCE / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


def test_the_generated_reference_is_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    code = importlib.import_module("reference").main(["--check"])
    assert code == 0, capsys.readouterr().out


def test_every_setting_is_documented_with_a_sentence() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", page("settings.md"), re.MULTILINE))
    named = {f"{PREFIX}{field.name.upper()}" for field in msgspec.structs.fields(Settings)}
    named |= {field.name for field in msgspec.structs.fields(TenantSettings)}
    assert sorted(named - rows.keys()) == []
    assert sorted(name for name in named if not rows[name].split("|")[-1].strip()) == []


def test_every_limit_is_documented_with_a_sentence() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| `([\w.]+)` \|$", page("limits.md"), re.MULTILINE)
    assert len(rows) > 50
    assert [f"{module}.{name}" for name, _, words, module in rows if not words.strip()] == []


def test_every_event_is_documented_with_what_it_means() -> None:
    told = dict(re.findall(r"^### (\w+)\n\n(.+)\n", page("events.md"), re.MULTILINE))
    kinds = [kind.__name__ for kind in EVENTS if issubclass(kind, Event)]
    assert [name for name in kinds if not told.get(name, "").strip()] == []


def test_every_route_is_documented() -> None:
    documented = set(re.findall(r"^\| `([A-Z]\w+(?:/[A-Z]+)* /[^`]*)` \|", page("api.md"), re.MULTILINE))
    assert sorted(set(routes()) - documented) == []


def routes() -> Iterator[str]:
    """Every route that a node answers, the framework's own description of them aside."""
    for route in built().routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        if path.startswith("/v1/openapi"):
            continue
        if isinstance(route, WebSocketRoute):
            assert isinstance(route.route_handler, WebsocketRouteHandler)
            yield f"WebSocket {path}"
        elif isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if isinstance(handler, HTTPRouteHandler):
                    yield from (
                        f"{method} {path}" for method in handler.http_methods if method not in ("OPTIONS", "HEAD")
                    )


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^### (.+)$", page("cli.md"), re.MULTILINE))
    assert sorted(set(commands(typer.main.get_command(command_line), "interlock")) - documented) == []


def commands(command: Any, name: str) -> Iterator[str]:
    """The whole name of every command that does something."""
    inner = getattr(command, "commands", None)
    if not inner:
        yield name
    for word, each in (inner or {}).items():
        yield from commands(each, f"{name} {word}")


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in LINK.findall(without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (anchor and anchor not in anchors(found.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_picture_is_in_the_folder_of_pictures() -> None:
    shown = [(path, target) for path in PAGES for target in PICTURE.findall(path.read_text(encoding="utf-8"))]
    assert shown
    assert [target for _, target in shown if not target.startswith(("docs/pictures/", "../pictures/"))] == []


def without_code(text: str) -> str:
    """A page without its blocks of code."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def test_the_demo_definitions_load() -> None:
    read = check(read_folder(DEMO))
    assert read.tenant.human_journey in read.journeys.journeys
    assert read.queues and read.bundle.actions


def example(guide: str, first: str) -> str:
    """The indented block of a guide that begins with these words."""
    text = (ROOT / "docs" / "guides" / guide).read_text(encoding="utf-8")
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE):
        lines = block.strip("\n").splitlines()
        if lines and lines[0].strip().startswith(first):
            return "\n".join(line[4:] for line in lines) + "\n"
    raise AssertionError(f"{guide} has no example that begins with {first!r}")


def test_the_journey_in_the_guide_can_be_published() -> None:
    journeys = check(
        {**read_folder(DEMO), "journeys/order_state.yaml": example("write-a-journey.md", "journey:")}
    ).journeys
    assert "order_state" in journeys.journeys


def test_the_rules_the_ledger_and_the_case_in_the_guide_say_what_they_say() -> None:
    guide = "write-a-policy.md"
    rules = ['@id("refund.who")', '@id("refund.own-order")', '@id("refund.code")', '@id("refund.daily-limit")']
    files = {path: text for path, text in read_folder(DEMO).items() if path.startswith("connectors/")}
    files["policies/guide.cedar"] = "\n".join(example(guide, rule) for rule in rules)
    files["ledgers/guide.yaml"] = example(guide, "ledger:")
    bundle = load_bundle(files, "r_guide")
    cases = read_cases({"cases/guide.yaml": example(guide, "action:")}, bundle)
    assert [str(each) for each in failures(cases, bundle)] == []


def test_the_manifest_in_the_guide_is_a_connector() -> None:
    files = {path: text for path, text in read_folder(DEMO).items() if path.startswith("connectors/shop/")}
    files["connectors/shop/manifest.yaml"] = example("connect-a-system.md", "connector:")
    assert set(load_bundle(files, "r_guide").actions) == {"shop.refund_item"}


def test_the_ledgers_steps_rules_and_cases_of_the_guide_about_limits_say_what_they_say() -> None:
    guide = "limits-and-order.md"
    files = {path: text for path, text in read_folder(DEMO).items() if path.startswith("connectors/")}
    files["ledgers/a.yaml"] = example(guide, "ledger: refunds_per_customer")
    files["ledgers/b.yaml"] = example(guide, "ledger: refunds_of_an_item")
    rules = ("refund.daily-limit", "mail.after-refund", "refund.once", "mail.soon-after", "refund.one-at-a-time")
    files["policies/guide.cedar"] = "\n".join(example(guide, f'@id("{rule}")') for rule in rules)
    files["policies/permit.cedar"] = '@id("all")\npermit (principal, action, resource);'
    files["steps/refunded.yaml"] = example(guide, "step: refunded")
    bundle = load_bundle(files, "r_guide")
    assert set(bundle.ledgers) == {"refunds_per_customer", "refunds_of_an_item"}
    cases = read_cases({"cases/guide.yaml": example(guide, "action:")}, bundle)
    assert [str(each) for each in failures(cases, bundle)] == []
