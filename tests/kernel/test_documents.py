"""What does an author read who has made a mistake in a definition?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.kernel.documents import DefinitionError, load
from interlock.kernel.documents.nodes import _UNUSUAL, MAX_CHARACTERS, MAX_DEPTH, _read_fast, _read_in_python
from tests.kernel.definitions import Journey, mistakes, step_mistakes

EXAMPLES = Path(__file__).parents[2] / "examples"

SYNTAX = {
    "journey: a\n\ttitle: b": "2:1: this line is indented with a tab; indent with spaces",
    "title: Broken: what now": (
        "1:14: a colon followed by a space cannot stand in a text without quotes; "
        'put the text in quotes: title: "Broken: what now"'
    ),
    'journey: "a\ntitle: b\n': '1:10: the text that begins here in quotes does not end; write " at its end',
    "say: {name}, hello": ('1:12: text follows the closing }; put the whole in quotes: say: "{name}, hello"'),
    "say: 'it's broken'": "1:10: text follows the closing '; put the whole in quotes: say: \"it's broken\"",
    "steps:\n  - say: [a, b\n  - end: x": "2:10: the list that begins here with '[' does not end; write ']' at its end",
    "steps:\n  - {say: a\n  - end: x": "2:5: the mapping that begins here with '{' does not end; write '}' at its end",
    "steps:\n- say: a\nend:b\nx: 2": "3:1: a space is missing behind the colon of 'end:'; write 'end: b'",
    "steps:\n  - say: a\n   end: b\n": (
        "3:4: the indentation of this line does not fit the list that began in line 2; "
        "align it with the line that it belongs to"
    ),
    "steps:\n  - say: a\n  end: b\n": (
        "3:3: a key stands where the list that began in line 2 goes on; "
        "begin it with '- ', or indent it less to end the list"
    ),
    "title: x\n  foo: y\n": (
        "2:6: this line continues the value above it ('title: x') and cannot have a key; "
        "align it with the key that it belongs to, or put a colon behind that key"
    ),
    "title: @home": "1:8: a text cannot begin with '@' without quotes; write \"@home\"",
    "title: *": "1:8: a text cannot begin with '*' without quotes; write \"*\"",
    "title: - b": "1:8: a list cannot begin in the line of its key; put '- …' into a line of its own, indented",
    'title: "\\d"': "1:9: '\\d' means nothing within double quotes; write '\\\\d', or use single quotes",
    "title: ]": "1:8: this closes nothing; remove it, or put the text in quotes",
    "title: a\nx: \x01": "2:4: the character U+0001 is not allowed in YAML; remove it",
    "  a: 1\n b: 2": "2:2: this line belongs to nothing above it; align it with the first key of the file",
    "journey: a\n---\njourney: b": "2:1: a second document begins here; put it into a file of its own, without '---'",
    "": "1:1: the file is empty; write its first key, or delete it",
    "# nothing yet\n": "1:1: the file is empty; write its first key, or delete it",
}


@pytest.mark.parametrize(("text", "told"), SYNTAX.items(), ids=range(len(SYNTAX)))
def test_what_is_no_yaml_is_told_as_what_to_write(text: str, told: str) -> None:
    assert mistakes(text) == [told]


STEPS = {
    # Keys
    "  - lok_up: shop.get_order\n    with: {}\n    as: order": [
        "3:5: unknown key 'lok_up' in a step; did you mean 'look_up'?"
    ],
    "  - end: x\n    foo: y": ["4:5: unknown key 'foo' in an end step; known: end"],
    "  - look_up: shop.get_order\n    wiht: {}\n    as: order": [
        "4:5: unknown key 'wiht' in a look_up step; did you mean 'with'?"
    ],
    "  - look_up: shop.get_order": [
        "3:5: missing key 'as' in a look_up step; write 'as: …'",
        "3:5: missing key 'with' in a look_up step; write 'with:' and its keys below it",
    ],
    "  - verify: {by: code}": ["3:13: missing key 'level' in a verification; write for example 'level: 2'"],
    "  - foo: 3": [
        "3:5: a step needs one of its verbs as a key, and here is only 'foo'; "
        "known: say, ask, choose, verify, look_up, when, end"
    ],
    "  - say: a\n    end: b": ["4:5: unknown key 'end' in a say step; it begins a step of its own: '- end: …'"],
    "  - say: a\n    say: b": [
        "4:5: the key 'say' stands twice in this mapping, first in line 3; remove or rename one of them"
    ],
    "  - look_up: a.b\n    with: {}\n    as: x\n    on: {denid: []}": [
        "6:10: unknown key 'denid' in 'on'; did you mean 'denied'?"
    ],
    # Values
    "  - say: 3": ["3:10: 'say' should be a text with {placeholders}, and is the number 3; write \"3\""],
    "  - end: true": ["3:10: 'end' should be a text, and is the truth value true; write \"true\""],
    "  - end:": ["3:5: 'end' is empty; write its value, or remove the key"],
    "  - end: [a]": ["3:10: 'end' should be a text, and is a list"],
    "  - verify: {level: high}": [
        "3:21: 'level' should be a whole number, and is the text 'high'; write for example 1"
    ],
    '  - verify: {level: "2"}': [
        "3:22: 'level' should be a whole number, and is the text '2'; write 2 without quotes"
    ],
    "  - verify: {level: 7}": ["3:21: 'level' is 7 and must be at most 3"],
    "  - verify: {level: 1, by: cod}": ["3:28: 'by' is 'cod', which is not known here; did you mean 'code'?"],
    "  - look_up: shop\n    with: {}\n    as: x": [
        "3:14: 'look_up' is 'shop', which has not the right form; write for example shop.get_order"
    ],
    "  - look_up: a.b\n    with: {no: {order_no}}\n    as: x": [
        '4:16: {order_no} is read as a mapping and not as a text; write "{order_no}"'
    ],
    "  - end: !done && dusted": [
        '3:10: !done is read as a YAML tag, and definitions have none; put the whole text in quotes: "!done && dusted"'
    ],
    "  - just this": [
        "3:5: item 1 of 'steps' should be a step (one of: say, ask, choose, verify, look_up, when, end), "
        "and is the text 'just this'"
    ],
    "  - end:done": [
        "3:5: item 1 of 'steps' should be a step (one of: say, ask, choose, verify, look_up, when, end), "
        "and is the text 'end:done'; put a space behind the colon"
    ],
    "  []": ["3:3: 'steps' has no entries and must have at least 1"],
    # Texts with a form of their own point into the text
    "  - say: Hello {name": [
        "3:16: 'say': the '{' here is without its '}'; write '{{' for the brace itself"
    ],
    '  - when: "a == 1 and b"\n    then: [{end: x}]': ["3:19: 'when': 'and' is no operator of CEL; write '&&'"],
    "  - when: |\n      a == 1\n      && b = 2\n    then: [{end: x}]": [
        "3:11: 'when': '=' is no operator of CEL; write '=='"
    ],
}  # fmt: skip


@pytest.mark.parametrize(("steps", "told"), STEPS.items(), ids=range(len(STEPS)))
def test_a_mistake_in_a_step_names_its_place_and_its_mend(steps: str, told: list[str]) -> None:
    assert step_mistakes(steps) == told


SCALARS = {
    "patience: 20": "'patience': '20' is no duration; write its unit: 20s, 20m, 20h or 20d",
    "patience: 90 min": "'patience': '90 min' is no duration; write 90m",
    "patience: soon": (
        "'patience': 'soon' is no duration; write a whole number and its unit, such as 20s, 90m, 8h or 3d"
    ),
    "patience: 9000w": "'patience': '9000w' is longer than 3660 days; write a shorter duration",
    "contained: 0.8": "'contained': '0.8' is no percentage; write 80%",
    "contained: 80": "'contained': '80' is no percentage; write 80%",
    "contained: most": "'contained': 'most' is no percentage; write it with a percent sign, such as 80%",
    "urgent: yes": "'urgent' should be true or false, and is the text 'yes'; write true",
    "urgent: off": "'urgent' should be true or false, and is the text 'off'; write false",
    "limit: 18,40": "'limit' should be a number, and is the text '18,40'; write for example 18.40",
    "limit: .inf": "'limit' should be a number, and is the text '.inf'; write for example 18.40",
    "examples: broken": "'examples' should be a list, and is the text 'broken'; write a list: [broken]",
    "title: " + "x" * 41: "'title' has 41 characters and must have at most 40",
}  # fmt: skip


@pytest.mark.parametrize(("line", "told"), SCALARS.items(), ids=range(len(SCALARS)))
def test_a_value_of_the_wrong_form_is_told_with_the_right_one(line: str, told: str) -> None:
    column = line.index(":") + 3
    assert mistakes(f"journey: j\nsteps: [end: x]\n{line}") == [f"3:{column}: {told}"]


def test_all_mistakes_are_found_in_one_pass_in_the_order_of_the_file() -> None:
    found = mistakes(
        "title: 3\n"
        "steps:\n"
        "  - lok_up: shop\n"
        "    on:\n"
        "      denied: [{say: 'a {b'}, {ende: x}]\n"
        "    timeout: 5\n"
        "  - end: 7\n"
    )
    assert [each.split(" ")[0] for each in found] == [
        "1:1:",
        "1:8:",
        "3:5:",
        "3:5:",
        "3:5:",
        "3:13:",
        "5:25:",
        "5:32:",
        "6:14:",
        "7:10:",
    ]


def test_an_error_shows_as_lines_with_file_line_and_column() -> None:
    with pytest.raises(DefinitionError) as caught:
        load("journey: j\nsteps: [{lok_up: a.b, with: {}, as: x}]", "journeys/damaged_item.yaml", Journey)
    first, *_ = str(caught.value).splitlines()
    assert first == "journeys/damaged_item.yaml:2:10: unknown key 'lok_up' in a step; did you mean 'look_up'?"


def test_a_misspelt_key_is_not_also_reported_as_missing() -> None:
    assert mistakes("journy: j\nsteps: [end: x]") == ["1:1: unknown key 'journy' in a journey; did you mean 'journey'?"]


def test_aliases_are_followed_but_cannot_blow_up_or_contain_themselves() -> None:
    assert mistakes("journey: j\nsteps: [&bye {end: x}, *bye]") == []
    assert len(mistakes("journey: j\nsteps: [&odd {foo: 1}, *odd]")) == 1, "one mistake is told once"
    assert mistakes("journey: j\nsteps: &s [end: x, *s]") == [
        "2:20: the alias '*s' contains itself; write out what is meant"
    ]
    assert mistakes("journey: j\nsteps: [*bye]") == [
        "2:9: the alias '*bye' stands for nothing; define it above with '&bye', "
        "or put a text that begins with '*' in quotes"
    ]
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    assert mistakes(bomb)[0].endswith("the file has more than 100,000 values, aliases followed; split it")
    deep = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000))
    assert "stand within one another" in mistakes(deep)[0]


def test_size_and_depth_are_limited() -> None:
    assert mistakes("[" * 100_000) == [
        f"1:{MAX_DEPTH + 1}: more than {MAX_DEPTH} lists and mappings stand within one another; make it flatter"
    ]
    assert mistakes("# " + "x" * MAX_CHARACTERS) == [
        "1:1: the file has 500,002 characters and at most 500,000 are read; split it"
    ]
    assert mistakes("limit: " + "9" * 5000)[-1].startswith("1:8: 'limit': '9999")


PIECES = [
    "steps:",
    "say:",
    "look_up:",
    "end",
    "- ",
    "\n",
    "\n  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    '"',
    "'",
    "!x",
    "&a ",
    "*a",
    "|",
    ">",
    "#",
    "%",
    "@",
    "\t",
    "?",
    "3",
    "true",
    "~",
    "é",
    "\x00",
    "---",
    "<<",
    "\u2028",
    "\ufeff",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_written_is_read_or_refused_with_a_place_in_the_file(text: str) -> None:
    try:
        load(text, "j.yaml", Journey)
    except DefinitionError as error:
        assert error.problems
        for each in error.problems:
            assert 1 <= each.line <= len(text.splitlines()) + 1
            assert each.column >= 1
            assert each.what


def test_the_fast_parser_and_the_one_that_explains_read_every_example_alike() -> None:
    files = [*EXAMPLES.rglob("*.yaml")]
    assert len(files) > 50
    slow = [each for each in files if each.stat().st_size < 3_000][:60]  # the other one takes ten times as long
    for file in slow:
        text = file.read_text("utf-8")
        fast, explained = _read_fast(text, file.name), _read_in_python(text, file.name)
        assert fast is not None and (fast.root, fast.problems) == (explained.root, explained.problems), file


BREAKS = st.sampled_from(
    [*"\t :-{}[]'\"\n#&*!|>%?,@`ü\x85\u2028\ufeff\x07", ": ", "- ", "\n  ", "? ", "---\n", "...\n", "*a"]
)


@given(
    text=st.sampled_from(
        [
            "journey: x\nsteps:\n  - say: {a: b}\n    on:\n      no: [c, d]\n  - end: e f\n",
            "a: &a [1, 'b c']\nd: |\n  e\n  f\ng: {h: i, j: \"k\"}\nl: *a\n",
        ]
    ),
    places=st.lists(st.tuples(st.integers(0, 60), BREAKS), min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_what_the_fast_parser_takes_the_other_one_takes_for_the_same(text: str, places: list[tuple[int, str]]) -> None:
    for place, put in places:
        text = text[:place] + put + text[place:]
    try:
        fast = None if _UNUSUAL.search(text) else _read_fast(text, "f")
    except DefinitionError:
        return  # beyond a limit, or a second document
    if fast is not None and not fast.problems and "*" not in text:  # libyaml allows an alias for a key, too
        explained = _read_in_python(text, "f")
        assert (fast.root, fast.problems) == (explained.root, explained.problems)
