"""Do the browser's files keep the house rules: small modules with a purpose, nothing inline, others' code unchanged?"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "src" / "interlock" / "web"


def test_browser_modules_are_small_and_say_what_they_are_for() -> None:
    for module in sorted(WEB.rglob("*.js")):
        if "vendor" in module.parts:
            continue
        lines = module.read_text().splitlines()
        assert len(lines) <= 350, f"{module.name} has {len(lines)} lines: split it"
        assert any(line.startswith("//") and line.rstrip().endswith((".", "?")) for line in lines[:2]), (
            f"{module.name} opens with no sentence"
        )


def test_nothing_inline_that_a_strict_content_policy_forbids() -> None:
    for page in WEB.glob("*.html"):
        text = page.read_text()
        assert "style=" not in text and "<style" not in text, f"{page.name} has an inline style"
        assert "<script>" not in text and "onclick" not in text, f"{page.name} has an inline script"


def test_vendored_files_are_those_of_the_record() -> None:
    record = (WEB / "vendor" / "LICENSES.md").read_text()
    named = dict(re.findall(r"^\| `([\w-]+\.js)` .*`([0-9a-f]{64})` \|$", record, re.MULTILINE))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (WEB / "vendor").glob("*.js")}
    assert found == named


def test_every_import_of_a_module_is_a_file_beside_it() -> None:
    for module in WEB.rglob("*.js"):
        for target in re.findall(r"""from ?['"]([^'"]+)['"]""", module.read_text()):
            assert target.startswith("."), f"{module.name} imports {target}: no import map knows it"
            assert (module.parent / target).is_file(), f"{module.name} imports {target}, which is not there"


def test_each_of_the_chats_own_words_is_there_in_german_with_what_is_filled_in_and_no_other() -> None:
    chat = WEB / "chat"
    said: set[str] = set()
    for module in chat.glob("*.js"):
        if module.name != "words.js":
            said.update(re.findall(r"\bt\('([^']+)'", module.read_text()))
    outcomes = re.findall(r"^const (?:CONFIRMED|WAITED|PASSED) = (.*)$", (chat / "cards.js").read_text(), re.MULTILINE)
    said.update(words for line in outcomes for words in re.findall(r": '([^']+)'", line))
    table = (chat / "words.js").read_text().split("de: {")[1].split("\n  },")[0]
    pairs = re.findall(r"(?:'([^']+)'|(\b[A-Z]\w*)):\s+'([^']+)'", table)
    german = {quoted or plain: text for quoted, plain, text in pairs}
    assert said == set(german)
    names = {"place": "number"}  # a German ordinal is the number with a full stop
    for text, translation in german.items():
        filled = {names.get(name, name) for name in re.findall(r"\{(\w+)\}", text)}
        assert filled == set(re.findall(r"\{(\w+)\}", translation)), text
