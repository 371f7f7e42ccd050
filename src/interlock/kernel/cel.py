"""What does a condition or a formula in a definition say: CEL expressions, compiled once, and the names that they use.

Measured on a shared core: 5 to 8 µs for an evaluation with two or three names, whatever else the values hold, because
only what the expression names is handed over; compiling takes about 70 µs, so keep the Expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import cel

from interlock.kernel.documents.errors import Misread, Reference, closest, shown

Value = None | bool | int | float | str | bytes | datetime | timedelta | list[Any] | dict[str, Any]
"""What an expression can give; datetimes are in UTC."""

MAX_LENGTH: Final = 2_000
"""Characters of one expression: bounds its nesting (the library recurses) and what one evaluation can cost."""

FUNCTIONS: Final = (
    *("size", "has", "contains", "startsWith", "endsWith", "matches", "duration", "timestamp"),
    *("int", "double", "string", "uint", "bytes", "dyn", "type"),
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
)
"""The functions that the library has without registering any."""

MACROS: Final = ("map", "filter", "all", "exists", "exists_one", "existsOne")
"""Calls on a list whose first argument names its items: ``items.exists(item, item.price > 20)``."""

_TYPES: Final = frozenset({"int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type", "type"})
_LITERALS: Final = frozenset({"true", "false", "null", "in"})
_TOKEN: Final = re.compile(
    r"(?P<skip>\s+|//[^\n]*)"
    r"|(?P<text>[rRbB]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<number>(?:0x[0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)[uU]?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_COMPLAINT: Final = re.compile(r"<input>:([1-9]\d*):(\d+): (?:Syntax error: )?(.*)")


class ExpressionError(ValueError):
    """An expression could not be evaluated with the values that it got.

    Attributes:
        expression: its text.
        what: what went wrong.
    """

    def __init__(self, expression: str, what: str) -> None:
        super().__init__(f"expression '{shown(expression)}': {what}")
        self.expression = expression
        self.what = what


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled CEL expression; equal if its text is. In definitions it can be the type of a field.

    Attributes:
        text: as the author wrote it.
        references: the free names, such as ``order.status``, each with its first place in the text. A path ends before
            a call or an index: ``order.items[0].price`` uses ``order.items``.
    """

    text: str
    references: tuple[Reference, ...] = field(compare=False, repr=False)
    _program: cel.Program = field(compare=False, repr=False)
    _wanted: Mapping[str, Any] = field(compare=False, repr=False)

    text_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["string", "boolean", "integer", "number"],
        "title": "CEL expression",
        "examples": ['order.status == "delivered"'],
    }

    @classmethod
    def from_text(cls, text: str) -> Expression:
        """Compiles a text; raises Misread with the place of the mistake."""
        return compile(text)

    def evaluate(self, values: Mapping[str, object]) -> Value:
        """The value of the expression.

        Args:
            values: plain data by name: None, bool, int (64 bits; larger ones lose digits), float, str, datetime
                (without a zone it is taken for UTC), timedelta, and lists and dicts of these. Names that are not used
                may hold anything.

        Raises:
            ExpressionError: a name has no value, types do not fit, or the result is no plain value. Nothing else.
        """
        try:
            result = self._program.execute(_pick(values, self._wanted))
        except Exception as error:
            raise ExpressionError(self.text, self._reason(error)) from error
        except BaseException as error:
            # A panic of the Rust library is no Exception, and must not end a worker.
            if type(error).__name__ != "PanicException":
                raise
            raise ExpressionError(self.text, "it cannot be evaluated") from error
        if result is not None and not isinstance(
            result, (bool, int, float, str, bytes, datetime, timedelta, list, dict)
        ):
            raise ExpressionError(self.text, f"it gives a {type(result).__name__}, which is no plain value")
        return result

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether the condition is true; raises ExpressionError like ``evaluate``, and if it gives no truth value."""
        result = self.evaluate(values)
        if not isinstance(result, bool):
            raise ExpressionError(self.text, f"it should be true or false, and gives {shown(repr(result))}")
        return result

    def _reason(self, error: Exception) -> str:
        if isinstance(error, KeyError):
            name = str(error.args[0]).strip("'")
            path = next((each.path for each in self.references if each.path.split(".")[-1] == name), name)
            return f"'{path}' has no value"
        undefined = re.match(r"Undefined variable or function: '([^']*)'", str(error))
        if undefined is not None:
            return f"'{undefined[1]}' has no value"
        return shown(str(error).split(". ")[0])


def compile(text: str) -> Expression:
    """Compiles a CEL expression.

    Raises:
        Misread: no CEL, an unknown function, a literal that its function cannot read, or too long; its offset is
            the place in the text, so that a definition's error points at it.
    """
    if len(text) > MAX_LENGTH:
        raise Misread(f"the expression has {len(text)} characters and may have {MAX_LENGTH}", "make it shorter")
    try:
        program = cel.compile(text)
    except Exception as error:
        raise _explained(text, str(error)) from None
    tokens = [
        (match.lastgroup or "", match[0], match.start()) for match in _TOKEN.finditer(text) if match.lastgroup != "skip"
    ]
    _check_calls(tokens, program)
    found, bound = _names(tokens)
    # The library knows which names occur, though neither their paths nor which are bound: nothing may get past it.
    known = set(program.variables()) - _TYPES
    used = {each.path: each for each in reversed(found) if each.path.split(".")[0] in known}
    roots = {path.split(".")[0] for path in used}
    used.update({name: Reference(name, 0) for name in known - roots - bound})
    references = tuple(sorted(used.values(), key=lambda each: each.offset))
    return Expression(text, references, program, _tree(references))


def references(expression: Expression) -> set[str]:
    """The free names that an expression uses, such as ``{"order.status", "now"}``."""
    return {each.path for each in expression.references}


_Token = tuple[str, str, int]


def _names(tokens: list[_Token]) -> tuple[list[Reference], set[str]]:
    """The free names in the order of the text, and the names that macros bind."""
    found: list[Reference] = []
    bound: set[str] = set()
    scopes: list[str | None] = []
    text = [token[1] for token in tokens] + ["", "", ""]
    for index, (kind, word, offset) in enumerate(tokens):
        if word == "(" and kind == "sign":
            is_macro = index > 1 and text[index - 1] in MACROS and text[index - 2] == "."
            scopes.append(text[index + 1] if is_macro and text[index + 2] == "," else None)
        elif word == ")" and kind == "sign" and scopes:
            scopes.pop()
        elif kind == "name" and word not in _LITERALS and text[index + 1] != "(":
            if index and text[index - 1] == ".":
                continue
            if word in scopes:
                bound.add(word)
                continue
            path, at = [word], index + 1
            while text[at] == "." and text[at + 2] != "(":
                path.append(text[at + 1])
                at += 2
            found.append(Reference(".".join(path), offset))
    return found, bound


def _check_calls(tokens: list[_Token], program: cel.Program) -> None:
    """Refuses what compiles but can never be evaluated: unknown functions, and literals that they cannot read."""
    unknown = {name for name in program.functions() if name.isidentifier()} - set(FUNCTIONS)
    for index, (kind, word, offset) in enumerate(tokens):
        following = [token[1] for token in tokens[index + 1 : index + 4]]
        if kind != "name" or following[:1] not in (["("], ["{"]):
            continue
        if following[0] == "{":
            raise Misread(f"'{word}{{' makes an object, which is not possible here", "write a comparison", offset)
        if word in unknown:
            raise _unknown_function(word, offset)
        if word in ("duration", "timestamp", "matches") and following[2:] == [")"] and tokens[index + 2][0] == "text":
            literal = following[1]
            try:
                cel.evaluate(f'"".matches({literal})' if word == "matches" else f"{word}({literal})")
            except Exception:
                raise Misread(f"{word} cannot read {shown(literal)}", _LITERAL_MENDS[word], offset) from None


def _unknown_function(word: str, offset: int) -> Misread:
    if word in MACROS:
        return Misread(f"'{word}' is called in the wrong form", f"write list.{word}(item, item.price > 20)", offset)
    known = [*FUNCTIONS, *MACROS]
    near = closest(word, known)
    common = ", ".join(each for each in known if not each.startswith("get"))
    mend = f"did you mean '{near}'?" if near else f"known: {common}, and getHours and the like of a timestamp"
    return Misread(f"the function '{word}' is not known", mend, offset)


_LITERAL_MENDS: Final = {
    "duration": 'write hours, minutes and seconds, such as duration("72h") or duration("1h30m")',
    "timestamp": 'write date, time and zone, such as timestamp("2026-01-31T09:00:00Z")',
    "matches": "write a regular expression, such as '^A-[0-9]+$'",
}


def _tree(references: tuple[Reference, ...]) -> dict[str, Any]:
    """The used names as nested dicts; None stands for everything below."""
    tree: dict[str, Any] = {}
    for path in sorted(each.path for each in references):
        *outer, last = path.split(".")
        branch: dict[str, Any] | None = tree
        for name in outer:
            branch = branch.setdefault(name, {}) if branch is not None else None
        if branch is not None:
            branch[last] = None
    return tree


def _pick(values: Mapping[str, object], wanted: Mapping[str, Any]) -> dict[str, object]:
    """Of the values, only what is wanted: converting what is not used would cost more than the evaluation."""
    picked: dict[str, object] = {}
    for name, inner in wanted.items():
        if name in values:
            value = values[name]
            picked[name] = value if inner is None or not isinstance(value, Mapping) else _pick(value, inner)
    return picked


_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "AND": "&&",
    "OR": "||",
    "NOT": "!",
    "=": "==",
    "&": "&&",
    "|": "||",
}


def _explained(text: str, message: str) -> Misread:
    """The library's complaint, told as what to write instead."""
    found = _COMPLAINT.search(message)
    if not text.strip():
        return Misread("it is empty", 'write a condition, such as order.status == "delivered"')
    if found is None or "OtherError(ParseError" in message:
        return Misread("the expression is nested too deeply", "make it flatter")
    lines = text.splitlines(keepends=True)
    offset = min(sum(len(each) for each in lines[: int(found[1]) - 1]) + int(found[2]) - 1, len(text))
    complaint, rest, before = found[3], text[offset:], text[:offset].rstrip()
    words = re.findall(r"\w+|\W", rest)
    word = words[0] if words else ""
    last = re.search(r"(\w+)$", before)
    if last is not None and last[1] in ("not", "NOT"):
        return Misread("'not' is no operator of CEL", "write '!'", last.start())
    if word in _WORDS:
        return Misread(f"'{word}' is no operator of CEL", f"write '{_WORDS[word]}'", offset)
    number = re.search(r"\d+$", before)
    if number is not None and word in ("ms", "s", "m", "h", "d"):
        written = f"{int(number[0]) * 24}h" if word == "d" else number[0] + word
        return Misread(f"'{number[0]}{word}' is no value of CEL", f'write duration("{written}")', number.start())
    share = re.search(r"(\d+)\s*%$", before)
    if share is not None and not rest.strip():
        return Misread(f"'{share[0]}' is no value of CEL", f"write {int(share[1]) / 100}", share.start())
    if word[:1] in "“”‘’„" and word:
        return Misread(f"{word} is no quote of CEL", 'write straight quotes: "', offset)
    if word in ("'", '"'):
        return Misread("the text that begins here in quotes does not end", f"write {word} at its end", offset)
    if "invalid argument to has()" in complaint:
        return Misread("has() asks whether a field is there", "write has(order.note)", offset)
    if complaint.startswith("missing '"):
        sign = complaint.split("'")[1]
        return Misread(f"a '{sign}' is missing", f"write '{sign}'", offset)
    if not rest.strip():
        return Misread("the expression ends too early", "write the rest of it", offset)
    if "reserved identifier" in complaint:
        return Misread(f"'{word}' is reserved in CEL", "use another name", offset)
    if word == "}" and "{" in before:
        return Misread("'{…}' is no name in an expression", "write names without braces", text.rfind("{", 0, offset))
    if "extraneous input" in complaint and word in (")", "]"):
        return Misread(f"this '{word}' closes nothing", "remove it", offset)
    return Misread(f"'{word}' cannot stand here in an expression", "write an operator before it, or remove it", offset)
