"""Which arguments does a manifest declare for an action, and what is wrong with how they are written?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from interlock.control.arguments import ArgSpec
from interlock.control.manifest import ChoiceArg, ListArg, MoneyArg, RecordArg, TypedArg, TypeDefinition
from interlock.kernel.documents import Misread, closest, money_minor

Path = tuple[str | int, ...]
Written = str | TypedArg | MoneyArg | ChoiceArg | ListArg | RecordArg
Report = Callable[..., None]
"""(path, what, mend): tells a mistake where it stands."""

BUILT_IN: Final = ("identifier", "text", "email", "integer", "boolean")
PERSONAL: Final = ("text", "email")
"""Types that are personal unless the manifest says otherwise: nobody knows what people write."""


class ArgReader:
    """Reads the arguments of one connector's actions, whose own types are ``types``."""

    def __init__(self, types: Mapping[str, TypeDefinition], report: Report) -> None:
        self._types = types
        self._report = report

    def read(self, path: Path, name: str, written: Written) -> ArgSpec:
        """One argument. What is wrong with it is reported, and something is given in its place."""
        label = name.rpartition(".")[2].replace("_", " ").capitalize()
        match written:
            case ChoiceArg():
                return ArgSpec(
                    name=name,
                    kind="choice",
                    label=written.label or label,
                    optional=written.optional,
                    choices=written.choice,
                )
            case MoneyArg():
                return self._money(path, name, written, label)
            case ListArg():
                return self._list(path, name, written, label)
            case RecordArg():
                parts = tuple(
                    self.read((*path, "record", key), f"{name}.{key}", each) for key, each in written.record.items()
                )
                return ArgSpec(
                    name=name,
                    kind="record",
                    label=written.label or label,
                    optional=written.optional,
                    personal=any(part.personal for part in parts),
                    parts=parts,
                )
            case str():
                return self._typed(path, path, name, TypedArg(type=written), label)
            case TypedArg():
                return self._typed(path, (*path, "type"), name, written, label)

    def _typed(self, path: Path, at: Path, name: str, typed: TypedArg, label: str) -> ArgSpec:
        own = self._types.get(typed.type)
        if own is not None:
            return self._patterned(name, own, typed, label)
        if typed.type not in BUILT_IN:
            near = closest(typed.type, known := (*BUILT_IN, *self._types))
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(known)}"
            self._report(at, f"there is no type '{typed.type}'", mend)
            return ArgSpec(name=name, kind="text")
        bounds: dict[str, Any] = {}
        if typed.type == "integer":
            bounds = self._bounds(path, name, typed)
        elif typed.minimum is not None or typed.maximum is not None or typed.unit:
            what = "only whole numbers and money have bounds and a unit"
            self._report(path, what, "remove minimum, maximum and unit")
        return ArgSpec(
            name=name,
            kind=typed.type,  # type: ignore[arg-type]  # one of BUILT_IN, each of which is a kind
            label=typed.label or label,
            optional=typed.optional,
            personal=typed.type in PERSONAL if typed.personal is None else typed.personal,
            longest=typed.longest,
            unit=typed.unit,
            instrument=typed.instrument,
            **bounds,
        )

    def _bounds(self, path: Path, name: str, typed: TypedArg) -> dict[str, int]:
        if typed.minimum is None:
            what = f"the whole number '{name}' has no minimum, and a negative one passes every upper limit"
            self._report(path, what, "write { type: integer, minimum: 1, unit: … }")
            return {}
        if typed.maximum is not None and typed.maximum < typed.minimum:
            self._report((*path, "maximum"), "it is smaller than the minimum", "exchange them")
            return {}
        return {"minimum": typed.minimum} | ({} if typed.maximum is None else {"maximum": typed.maximum})

    def _patterned(self, name: str, own: TypeDefinition, typed: TypedArg, label: str) -> ArgSpec:
        try:
            re.compile(own.pattern)
        except re.error as error:
            self._report(("types", typed.type, "pattern"), f"this is no regular expression ({error})", "mend it")
        return ArgSpec(
            name=name,
            kind="pattern",
            label=typed.label or own.label or label,
            optional=typed.optional,
            personal=own.personal if typed.personal is None else typed.personal,
            pattern=own.pattern,
            upper=own.case == "upper",
            example=own.example,
            instrument=typed.instrument,
        )

    def _list(self, path: Path, name: str, written: ListArg, label: str) -> ArgSpec:
        element = self._typed(path, (*path, "list"), f"{name}[]", TypedArg(type=written.list), label)
        if element.kind not in ("identifier", "pattern", "text", "email"):
            what = f"a list of '{written.list}' is nothing that a rule could look at"
            self._report((*path, "list"), what, "write a list of identifiers, texts or a type of your own")
        if written.most < written.least:
            self._report((*path, "most"), "it is smaller than 'least'", "exchange them")
        return ArgSpec(
            name=name,
            kind="list",
            label=written.label or label,
            optional=written.optional,
            personal=element.personal if written.personal is None else written.personal,
            element=element,
            least=written.least,
            most=written.most,
        )

    def _money(self, path: Path, name: str, written: MoneyArg, label: str) -> ArgSpec:
        bounds = {"minimum": 1, "maximum": 1}
        for key in bounds:
            try:
                bounds[key] = money_minor(getattr(written, key), written.money)
            except Misread as error:
                self._report((*path, key), error.what, error.mend)
        if bounds["minimum"] < 1:
            self._report((*path, "minimum"), "an amount is at least one minor unit", "write 0.01, say")
        if bounds["maximum"] < bounds["minimum"]:
            self._report((*path, "maximum"), "it is smaller than the minimum", "exchange them")
        return ArgSpec(
            name=name,
            kind="money",
            label=written.label or label,
            optional=written.optional,
            currency=written.money,
            minimum=bounds["minimum"],
            maximum=bounds["maximum"],
        )
