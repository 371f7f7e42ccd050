"""Does a connector folder hang together (manifest.yaml, openapi.json, facts.py), and which actions does it give?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from interlock.control.actions import (
    CUSTOMER,
    PROPOSAL,
    Action,
    CustomerFact,
    FactFunction,
    FactSpec,
    FactType,
    FieldSet,
    Lookup,
    Read,
    Resource,
)
from interlock.control.arguments import ArgSpec
from interlock.control.functions import read_functions
from interlock.control.manifest import (
    ActionDefinition,
    ConnectorDefinition,
    PathFact,
    operations_of,
)
from interlock.control.templates import Template
from interlock.control.written_args import ArgReader, Path
from interlock.kernel.documents import DefinitionError, Located, Problem, closest, load_located, problem

_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")


@dataclass(frozen=True, slots=True)
class Connector:
    """One outside system, as declared.

    Attributes:
        document: its OpenAPI text.
        credential: the name of its secret.
        functions: the text of its facts.py; empty where there is none.
    """

    name: str
    title: str
    document: str
    credential: str
    actions: tuple[Action, ...]
    customer_facts: tuple[CustomerFact, ...] = ()
    functions: str = ""


def read_connector(files: Mapping[str, str], manifest: str, roles: Collection[str]) -> Connector:
    """Read one connector folder.

    Args:
        files: the texts of the definitions by path.
        manifest: the path of the folder's manifest.yaml.
        roles: those that sets of fields can name.

    Raises:
        DefinitionError: with every problem of the folder's files.
    """
    folder = manifest.rpartition("/")[0]
    found = load_located(files[manifest], manifest, ConnectorDefinition)
    functions: dict[str, FactFunction] = {}
    problems: list[Problem] = []
    facts_file = f"{folder}/facts.py"
    if facts_file in files:
        try:
            functions = read_functions(files[facts_file], facts_file)
        except DefinitionError as error:
            problems += error.problems
    reader = _Reader(found, functions, problems, roles)
    document = reader.document(files, folder)
    actions = tuple(reader.action(name, each) for name, each in found.value.actions.items())
    known = reader.customer_facts(actions)
    if folder.rpartition("/")[2] != found.value.connector:
        reader.report(("connector",), f"the folder is called '{folder.rpartition('/')[2]}'", "give both the same name")
    if problems:
        raise DefinitionError(problems)
    definition = found.value
    return Connector(
        definition.connector,
        definition.title,
        document,
        definition.credential,
        actions,
        known,
        files.get(facts_file, ""),
    )


class _Reader:
    def __init__(
        self,
        located: Located[ConnectorDefinition],
        functions: Mapping[str, FactFunction],
        problems: list[Problem],
        roles: Collection[str],
    ) -> None:
        self.located = located
        self.roles = roles
        self.args = ArgReader(located.value.types, self.report)
        self.definition = located.value
        self.functions = functions
        self.problems = problems
        self.operations: frozenset[str] | None = None

    def report(self, path: Path, what: str, mend: str = "", *, offset: int = 0, at_key: bool = False) -> None:
        self.problems.append(problem(self.located, path, what, mend, offset=offset, at_key=at_key))

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str]) -> None:
        choices = list(known)
        near = closest(name, choices)
        self.report(path, what, f"did you mean '{near}'?" if near else f"known: {', '.join(choices) or 'none'}")

    def document(self, files: Mapping[str, str], folder: str) -> str:
        path = f"{folder}/{self.definition.openapi}"
        text = files.get(path)
        if text is None:
            self.report(("openapi",), f"there is no file {path}", "put the OpenAPI document of the system there")
            return ""
        try:
            self.operations = operations_of(msgspec.json.decode(text))
        except (msgspec.DecodeError, RecursionError) as error:
            self.problems.append(Problem(path, 1, 1, f"this is no JSON ({error})", "export the document again"))
            return ""
        if self.operations is None:
            self.problems.append(Problem(path, 1, 1, "this is no OpenAPI document: it has no 'paths'"))
        return text

    def operation(self, path: Path, name: str) -> str:
        if self.operations is not None and name not in self.operations:
            self.unknown(path, f"the OpenAPI document has no operation '{name}'", name, sorted(self.operations))
        return name

    def action(self, name: str, definition: ActionDefinition) -> Action:
        path: Path = ("actions", name)
        args = tuple(self.args.read((*path, "args", key), key, each) for key, each in definition.args.items())
        facts = tuple(self.fact((*path, "facts", key), key, each) for key, each in definition.facts.items())
        resource = self.resource(path, definition, args)
        sayable = {spec.name for spec in args if not spec.optional} | {fact.name for fact in facts}
        if resource is not None:
            sayable.add(resource.name)
        says = definition.says or Template.from_text(definition.title.replace("{", "{{").replace("}", "}}"))
        if definition.says is None and definition.effect == "execute":
            self.report(
                path, "an action that executes needs 'says'", "write what it does in the customer's words", at_key=True
            )
        self.names((*path, "says"), says, sayable)
        for label, line in definition.shows.items():
            self.names((*path, "shows", label), line, sayable)
        self._consistent(path, definition, args, facts)
        return Action(
            name=f"{self.definition.connector}.{name}",
            connector=self.definition.connector,
            title=definition.title,
            operation=self.operation((*path, "operation"), definition.operation),
            effect=definition.effect,
            risk=definition.risk,
            purpose=definition.purpose,
            resource=resource,
            args=args,
            reads=self.reads((*path, "reads"), definition, args),
            facts=facts,
            request=self.parameters((*path, "request"), definition.request, args) if definition.request else None,
            idempotency=definition.idempotency,
            lookup=self.lookup((*path, "lookup"), definition, args),
            moves=definition.moves,
            fields=self.fields((*path, "fields"), definition),
            draft=definition.draft,
            says=says,
            shows=tuple(definition.shows.items()),
            undo=f"{self.definition.connector}.{definition.undo}" if definition.undo else "",
            functions=self.functions,
        )

    def _consistent(
        self, path: Path, definition: ActionDefinition, args: tuple[ArgSpec, ...], facts: tuple[FactSpec, ...]
    ) -> None:
        named = [spec.name for spec in args] + [fact.name for fact in facts] + [definition.resource, PROPOSAL]
        for name in {each for each in named if each and named.count(each) > 1}:
            what = f"'{name}' names two things among the arguments, the facts, the resource and '{PROPOSAL}'"
            self.report(path, what, "rename one", at_key=True)
        if definition.idempotency and not _HEADER.fullmatch(definition.idempotency):
            self.report(
                (*path, "idempotency"), f"'{definition.idempotency}' is no header", "write Idempotency-Key, say"
            )
        if definition.moves and definition.effect == "read":
            self.report((*path, "moves"), "a read moves nothing", "remove 'moves', or write effect: execute")
        if definition.undo and definition.undo not in self.definition.actions:
            self.unknown(
                (*path, "undo"), f"there is no action '{definition.undo}'", definition.undo, self.definition.actions
            )
        if definition.draft and definition.effect == "read":
            self.report((*path, "draft"), "a read is never prepared for somebody to send", "remove 'draft'")

    def fields(self, path: Path, definition: ActionDefinition) -> tuple[FieldSet, ...]:
        """What of an answer may be seen, by purpose and role."""
        sets: list[tuple[Path, FieldSet]] = []
        if isinstance(definition.fields, tuple):
            sets = [(path, FieldSet(definition.fields))] if definition.fields else []
        else:
            for purpose, written in definition.fields.items():
                at = (*path, purpose)
                if isinstance(written, tuple):
                    sets.append((at, FieldSet(written, purpose)))
                    continue
                for role, paths in written.items():
                    if role not in self.roles:
                        self.unknown((*at, role), f"there is no role '{role}'", role, self.roles)
                    sets.append(((*at, role), FieldSet(paths, purpose, role)))
            if definition.purpose not in definition.fields:
                what = "the fields are written by purpose, and there are none for the purpose of this action"
                named = ", ".join(definition.fields)
                self.report(path, what, f"write 'purpose:' and one of: {named}")
        if definition.effect == "read" and not sets:
            mend = "write 'fields:' and what its purpose needs"
            self.report(
                path[:-1], "a read names the fields that may be seen, and this one names none", mend, at_key=True
            )
        for at, found in sets:
            for index, each in enumerate(found.paths):
                if any(other.startswith(f"{each}.") for other in found.paths):
                    self.report((*at, index), f"'{each}' is named as a whole and in parts", "keep one of them")
        return tuple(found for _, found in sets)

    def reads(self, path: Path, definition: ActionDefinition, args: tuple[ArgSpec, ...]) -> tuple[Read, ...]:
        """What else is read for the action's facts: by its arguments, the customer, and what the resource says."""
        given = {spec.name for spec in args if not spec.optional} | {CUSTOMER}
        if definition.resource:
            given.add(definition.resource)
        found = []
        for name, written in definition.reads.items():
            at = (*path, name)
            for parameter, template in written.with_.items():
                self.names((*at, "with", parameter), template, given)
            used_names = {each.path.partition(".")[0] for text in written.with_.values() for each in text.references}
            operation = self.operation((*at, "operation"), written.operation)
            found.append(Read(name, operation, written.with_, bool({definition.resource} & used_names)))
        used = [each for each in definition.facts if each in self.functions and self.functions[each].takes_reads]
        if found and not used:
            what = "nothing makes use of these reads"
            self.report(path, what, "name a fact whose function takes (resource, args, reads)", at_key=True)
        return tuple(found)

    def customer_facts(self, actions: Iterable[Action]) -> tuple[CustomerFact, ...]:
        """What the system knows of a customer."""
        taken = {fact.name for action in actions for fact in action.facts}
        found = []
        for name, written in self.definition.customer_facts.items():
            path: Path = ("customer_facts", name)
            if name in taken:
                self.report(path, f"an action has a fact '{name}', too", "rename one", at_key=True)
            for parameter, template in written.with_.items():
                self.names((*path, "with", parameter), template, {CUSTOMER})
            if not any(template.references for template in written.with_.values()):
                self.report(
                    (*path, "with"), "it is read by nothing of the customer's", 'write customer_id: "{customer}", say'
                )
            spec = FactSpec(name, written.type, written.path)
            operation = self.operation((*path, "read"), written.read)
            found.append(CustomerFact(spec, self.definition.connector, operation, written.with_, written.fresh))
        return tuple(found)

    def fact(self, path: Path, name: str, kind: FactType) -> FactSpec:
        if name not in self.functions:
            what = f"facts.py has no function '{name}'"
            mend = f"write def {name}(resource, args): … in the connector's folder"
            near = closest(name, self.functions)
            self.report(path, what, f"did you mean '{near}'?" if near else mend, at_key=True)
        return FactSpec(name, kind)

    def resource(self, path: Path, definition: ActionDefinition, args: tuple[ArgSpec, ...]) -> Resource | None:
        if not definition.resource:
            return None
        found = self.definition.resources.get(definition.resource)
        if found is None:
            what = f"there is no resource '{definition.resource}'"
            self.unknown((*path, "resource"), what, definition.resource, self.definition.resources)
            return None
        key = next((spec for spec in args if spec.name == found.key), None)
        if key is None or key.optional or key.kind not in ("identifier", "pattern"):
            what = f"the resource is read by '{found.key}', and that is no argument which is always given"
            self.report((*path, "resource"), what, f"add '{found.key}' to the arguments, as an identifier")
        own: Path = ("resources", definition.resource)
        facts = []
        for name, each in found.facts.items():
            if name in ("exists", "id"):
                self.report((*own, "facts", name), f"'{name}' is there by itself", "remove it", at_key=True)
            fact = each if isinstance(each, PathFact) else PathFact(path=each)
            facts.append(FactSpec(name, fact.type, fact.path, fact.instrument))
        entity = "".join(word.capitalize() for word in definition.resource.split("_"))
        return Resource(
            definition.resource, entity, self.operation((*own, "read"), found.read), found.key, tuple(facts)
        )

    def lookup(self, path: Path, definition: ActionDefinition, args: tuple[ArgSpec, ...]) -> Lookup | None:
        if definition.lookup is None:
            return None
        written = definition.lookup
        parameters = self.parameters((*path, "with"), written.with_, args)
        return Lookup(self.operation((*path, "operation"), written.operation), parameters, written.answer)

    def parameters(
        self, path: Path, templates: Mapping[str, Template], args: tuple[ArgSpec, ...]
    ) -> Mapping[str, Template]:
        for name, template in templates.items():
            whole = len(template.parts) == 1
            known = {spec.name for spec in args if whole or not spec.optional} | {PROPOSAL}
            self.names((*path, name), template, known)
        return templates

    def names(self, path: Path, template: Template, known: Iterable[str]) -> None:
        """Reports the names of a template whose first part is not known here."""
        for reference in template.references:
            first = reference.path.split(".", maxsplit=1)[0]
            if first not in known:
                choices = sorted(known)
                near = closest(first, choices)
                mend = f"did you mean '{near}'?" if near else f"known: {', '.join(choices) or 'none'}"
                self.report(path, f"'{reference.path}' is not known here", mend, offset=reference.offset)
