"""Do all definitions of the gate hang together, and what do they make: connectors, actions, ledgers, rules?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from interlock.control.actions import Action, CustomerFact
from interlock.control.authority import FILE as APPROVALS
from interlock.control.authority import NO_BANDS, ApprovalRules, read_approvals
from interlock.control.cedar_schema import RESERVED_ENTITIES, schema_text
from interlock.control.connectors import Connector, read_connector
from interlock.control.facts import Facts
from interlock.control.ledger_files import STEP_PREFIX, read_ledger, read_step
from interlock.control.ledgers import Ledger, subject_of
from interlock.control.policies import ActionPolicies, default_rules, misfits, policies_for
from interlock.control.promise_files import Promises, read_promises
from interlock.control.remedy_text import misplaced
from interlock.control.risk import OF_THE_PAST, Signals, read_signals
from interlock.control.rules import Rule, read_rules
from interlock.kernel.documents import DefinitionError, Problem, closest
from interlock.kernel.errors import Refused
from interlock.vocabulary.proposals import ActionProposed

ROLES: Final = ("virtual_agent", "agent", "supervisor", "manager", "admin", "customer", "external_agent", "system")
"""The roles that rules and remedies can name."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that judgements, effects and desks need of one release.

    Attributes:
        release: the version; every judgement records it.
        actions: by full name, such as ``shop.refund_item``.
        customer_facts: what connectors know of customers, by name.
        rules: those of the authors, then the generated ones.
        steps: the ledgers that steps are kept in, by the step's name.
        policies: by the full name of the action.
        approvals: who may approve how much.
        schema: the Cedar schema that the rules were validated against.
    """

    release: str
    connectors: Mapping[str, Connector]
    actions: Mapping[str, Action]
    ledgers: Mapping[str, Ledger]
    steps: Mapping[str, Ledger]
    customer_facts: Mapping[str, CustomerFact]
    rules: tuple[Rule, ...]
    policies: Mapping[str, ActionPolicies]
    schema: str
    signals: Signals = field(default_factory=dict)
    promises: Promises = field(default_factory=dict)
    approvals: ApprovalRules = NO_BANDS

    def action(self, name: str) -> Action:
        """The action of that name. Raises Refused ``action_unknown`` (422), naming the one that may be meant."""
        found = self.actions.get(name)
        if found is None:
            near = closest(name[:80], self.actions)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(self.actions))}."
            shown = name[:80].encode("ascii", "backslashreplace").decode()
            raise Refused("action_unknown", f"There is no action '{shown}'; {mend}", status=422)
        return found

    @property
    def remedies(self) -> dict[str, frozenset[str]]:
        """The kinds of remedies that rules have, by action."""
        return {
            name: frozenset(rule.remedy.kind for rule in policies.enforced.rules if rule.remedy is not None)
            for name, policies in self.policies.items()
        }

    def permitted_to(self, roles: Collection[str]) -> frozenset[str]:
        """The actions that some rule permits to one of the roles, or did until it expired."""
        wanted = set(roles)
        permits = ((name, rule) for name, policies in self.policies.items() for rule in policies.permits)
        return frozenset(name for name, rule in permits if not rule.roles or rule.roles & wanted)

    def ledgers_of(self, action: str) -> tuple[Ledger, ...]:
        """The ledgers that a judgement of the action reads or writes, those of steps included, by name."""
        policies = self.policies.get(action)
        looked_at: frozenset[str] = policies.ledgers if policies is not None else frozenset()
        seen: frozenset[str] = policies.steps if policies is not None else frozenset()
        if policies is not None and policies.risk:
            # What its risk is made of counts like what its rules look at.
            of = {each.of for each in self.signals.values() if each.when in OF_THE_PAST and each.of}
            looked_at |= {each for each in of if self._writes(each, action)}
            seen |= {each for each in of if each in self.steps}
        found = [self.ledgers[name] for name in sorted(self.ledgers) if name in looked_at or self._writes(name, action)]
        steps = [self.steps[name] for name in sorted(self.steps) if name in seen or action in self.steps[name].actions]
        promises = [each.ledger for each in self.promises.values() if action in each.actions]
        return (*found, *steps, *promises)

    def _writes(self, ledger: str, action: str) -> bool:
        return ledger in self.ledgers and action in self.ledgers[ledger].actions

    def may_keep_promises(self, action: str) -> bool:
        """Whether some kind of promise can be kept by the action."""
        return any(action in each.actions for each in self.promises.values())

    @property
    def looks_at_devices(self) -> bool:
        """Whether a signal asks for the devices that a customer has proven herself on."""
        return any(each.when == "new_device" for each in self.signals.values())

    def customer_facts_of(self, action: str) -> tuple[CustomerFact, ...]:
        """What has to be known of the customer to judge the action: the facts that its rules look at."""
        looked_at = self.policies[action].facts if action in self.policies else frozenset()
        return tuple(fact for name, fact in self.customer_facts.items() if name in looked_at)

    def subjects(self, proposed: ActionProposed, facts: Facts, secret: bytes) -> dict[str, str]:
        """Whose line of each of its ledgers a proposal concerns; empty where that is not known."""
        action = self.actions.get(proposed.action)
        if action is None:
            return {}
        return {each.name: subject_of(each, action, proposed, facts, secret) for each in self.ledgers_of(action.name)}

    def without(self, rule: str) -> Bundle:
        """The same without one rule: for asking which cases need it."""
        rules = tuple(each for each in self.rules if each.id != rule)
        touched = {name for name in self.actions if any(r.id == rule and r.applies_to(name) for r in self.rules)}
        policies = {name: policies_for(name, rules) if name in touched else own for name, own in self.policies.items()}
        return replace(self, rules=rules, policies=policies)


def load_bundle(files: Mapping[str, str], release: str, roles: Collection[str] = ROLES, zone: str = "UTC") -> Bundle:
    """Read and check the gate's definitions.

    Args:
        files: texts by path within the definitions folder: ``connectors/<name>/{manifest.yaml,openapi.json,facts.py}``,
            ``policies/*.cedar``, ``ledgers/*.yaml``, ``steps/*.yaml``, ``signals/*.yaml``, ``approvals.yaml``; every other
            path is left alone.
        release: the version that they become.
        zone: the tenant's time zone by its IANA name, for ledgers that begin anew with the day.

    Raises:
        DefinitionError: with every problem in every file; nothing half-read is ever used.
    """
    problems: list[Problem] = []

    def attempt(read: Callable[..., T], *given: object) -> list[T]:
        try:
            return [read(*given)]
        except DefinitionError as error:
            problems.extend(error.problems)
            return []

    manifests = sorted(path for path in files if path.startswith("connectors/") and path.endswith("/manifest.yaml"))
    connectors = {each.name: each for path in manifests for each in attempt(read_connector, files, path, roles)}
    actions = {action.name: action for connector in connectors.values() for action in connector.actions}
    problems += _entity_clashes(connectors)
    customer_facts = {each.spec.name: each for connector in connectors.values() for each in connector.customer_facts}
    problems += _fact_clashes(connectors, customer_facts)
    if problems:
        # Rules and ledgers would only repeat what is wrong with the manifests.
        raise DefinitionError(problems)
    ledgers: dict[str, Ledger] = {}
    steps: dict[str, Ledger] = {}
    for folder, read, noun, found_here in (
        ("ledgers/", lambda path: read_ledger(files[path], path, actions, zone), "ledger", ledgers),
        ("steps/", lambda path: read_step(files[path], path, actions), "step", steps),
    ):
        for path in sorted(each for each in files if each.startswith(folder) and each.endswith((".yaml", ".yml"))):
            for ledger in attempt(read, path):
                name = ledger.name.removeprefix(STEP_PREFIX)
                if name in found_here:
                    problems.append(Problem(path, 1, 1, f"two {noun}s are called '{name}'", "rename one"))
                found_here[name] = ledger
    promises: Promises = next(iter(attempt(read_promises, files, actions, roles)), {})
    signals = attempt(read_signals, files, [name for name, each in ledgers.items() if each.currency], steps)
    bands = attempt(read_approvals, files[APPROVALS], actions, roles) if APPROVALS in files else [NO_BANDS]
    texts = {path: text for path, text in files.items() if path.startswith("policies/") and path.endswith(".cedar")}
    rules, found = read_rules(texts, actions, roles)
    problems += found
    schema = schema_text(actions.values(), ledgers, steps, [each.spec for each in customer_facts.values()], promises)
    # What is wrong with a rule by itself would be reported a second time as not fitting the schema.
    sound = [rule for rule in rules if not any(rule.statement.covers(each) for each in found)]
    problems += misfits(sound, schema)
    problems += _unanswerable(sound, ledgers, actions)
    problems += _unpreparable(sound, actions)
    problems += misplaced(sound, actions)
    if problems:
        raise DefinitionError(problems)
    for action in actions.values():
        rules += default_rules(action, rules, roles)
    policies = {name: policies_for(name, rules) for name in actions}
    parts = (connectors, actions, ledgers, steps, customer_facts, tuple(rules))
    return Bundle(release, *parts, policies, schema, signals[0], promises, bands[0])


def _fact_clashes(connectors: Mapping[str, Connector], customer_facts: Mapping[str, CustomerFact]) -> list[Problem]:
    """Rules name a fact without its connector, so what is known of customers has a name of its own everywhere."""
    found = []
    for connector in connectors.values():
        computed = {fact.name for action in connector.actions for fact in action.facts}
        for name in {*computed, *(each.spec.name for each in connector.customer_facts)} & customer_facts.keys():
            owner = customer_facts[name].connector
            if owner != connector.name:
                what = f"there is a fact '{name}' here, and one of the customer in the connector '{owner}'"
                found.append(Problem(f"connectors/{connector.name}/manifest.yaml", 1, 1, what, "rename one"))
    return found


def _unanswerable(
    rules: Collection[Rule], ledgers: Mapping[str, Ledger], actions: Mapping[str, Action]
) -> list[Problem]:
    """Rules that look at a ledger for an action that never says whose line it is: each such action would be denied."""
    found = []
    for rule in rules:
        for ledger in ledgers.values():
            if not rule.looks_at(f"context.ledger.{ledger.name}"):
                continue
            for name in actions if rule.actions is None else rule.actions:
                if part := ledger.unknowable(actions[name]):
                    what = f"'{rule.id}' looks at ledger '{ledger.name}' for {name}, which does not say its '{part}'"
                    mend = "name the actions that say it, or keep the ledger by something else"
                    found.append(rule.statement.problem(what, mend, offset=rule.statement.find(ledger.name)))
    return found


def _unpreparable(rules: Collection[Rule], actions: Mapping[str, Action]) -> list[Problem]:
    """Rules that have an action prepared for a person, which its manifest does not allow."""
    found = []
    for rule in rules:
        if rule.remedy is None or rule.remedy.kind != "draft":
            continue
        for name in actions if rule.actions is None else rule.actions:
            if not actions[name].draft:
                what = f"'{rule.id}' has {name} prepared for a person, and its manifest does not say that it may be"
                mend = "write 'draft: true' at the action, or take another remedy"
                found.append(rule.statement.problem(what, mend, offset=rule.statement.find("draft")))
    return found


def _entity_clashes(connectors: Mapping[str, Connector]) -> list[Problem]:
    """Rules name a resource's type without its connector, so no two connectors may use one name."""
    owner: dict[str, str] = {}
    found = []
    for connector in connectors.values():
        for action in connector.actions:
            if action.resource is None:
                continue
            entity = action.resource.entity
            first = owner.setdefault(entity, connector.name)
            if first != connector.name or entity in RESERVED_ENTITIES:
                other = (
                    f"connector '{first}' has one, too"
                    if first != connector.name
                    else "it means something else in rules"
                )
                what = f"a resource cannot be called '{action.resource.name}': {other}"
                found.append(Problem(f"connectors/{connector.name}/manifest.yaml", 1, 1, what, "rename it"))
    return found
