"""The live documents: what each page shows, built from the views at the follower's position."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from interlock.control.approvals_document import (
    Words,
    approvals_document,
    arguments_shown,
    facts_shown,
    proposals_shown,
    words_of,
)
from interlock.control.arguments import ArgSpec
from interlock.control.bundle import Bundle
from interlock.control.proposals import ProposalState, proposal_query
from interlock.control.proposals import evolve as evolve_proposal
from interlock.control.switches import switches_document
from interlock.governance.accounts import Account
from interlock.interactions.assisting import Taken, likely, summary
from interlock.interactions.masking import masked_value
from interlock.interactions.view import InteractionView
from interlock.kernel.errors import Refused
from interlock.kernel.events import Cursor, Recorded, sealed_fields
from interlock.kernel.log import Query
from interlock.routing import screens
from interlock.runtime.lending import deciding_for, roles_now
from interlock.runtime.past import recent_wrap_ups
from interlock.vocabulary.ids import InteractionId, ProposalId, StaffId, tag

if TYPE_CHECKING:
    from interlock.runtime.app import App


TAKEN_FOR: Final = timedelta(seconds=30)
"""For how long it is relied upon how often agents took what was suggested."""
START_OF_TIME: Final = datetime.min.replace(tzinfo=UTC)


class Watched(NamedTuple):
    """A document and the position that it shows."""

    cursor: Cursor
    value: dict[str, Any]


class Documents:
    """Builds documents for one node. Those that many watch are built once for each position."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._built: dict[str, Watched] = {}
        self._recent_wrap_ups = recent_wrap_ups(app.log, app.clock)
        self._taken_now, self._taken_at = Taken(), START_OF_TIME

    async def board(self) -> dict[str, Any]:
        """The document ``board``."""
        app = self._app
        built = self._built.get("board")
        parked = len(app.node.parked)
        if built is None or built.cursor != app.follower.cursor or built.value["parked"] != parked:
            names = {staff: account.name for staff, account in app.staff.accounts.items() if "agent" in account.roles}
            value = screens.document(
                app.board,
                names,
                app.queues,
                app.clock(),
                zone=app.tenant.zone,
                parked=parked,
                alerts=app.alerts.shown(),
            )
            value["switches"] = switches_document(app.switchboard.switches, app.staff.names)
            value["breakers"] = app.breaking.document(tripped=True)
            built = self._built["board"] = Watched(app.follower.cursor, value)
        return built.value

    async def me(self, account: Account) -> dict[str, Any]:
        """The document ``me`` of a member of staff."""
        app = self._app
        agent = app.board.agent(account.staff)
        details: dict[InteractionId, dict[str, Any]] = {}
        for work in agent.work:
            details[work.interaction] = (await app.views.get(work.interaction)).summary()
        summaries: dict[InteractionId, str] = {}
        if agent.offer is not None and agent.offer.visit in app.board.visits:
            interaction = app.board.visits[agent.offer.visit].interaction
            summaries[interaction] = (await app.views.get(interaction)).about(self._journey_titles())
        lent = [
            {"by": app.staff_name(each.by), "until": each.until.isoformat()}
            for each in await deciding_for(app, account.staff)
        ]
        return {"deciding_for": lent} | screens.me(
            app.board,
            {"id": account.staff, "name": account.name, "roles": list(account.roles)},
            app.queues,
            summaries=summaries,
            details=details,
            dispositions=[{"value": one.value, "label": one.label} for one in app.tenant.dispositions],
        )

    async def approvals(self) -> dict[str, Any]:
        """The document ``approvals``; the words of each proposal are opened for the reader."""
        app = self._app
        words: dict[str, Words] = {}
        for proposal in proposals_shown(app.approvals):
            words[proposal] = await self._said(ProposalId(proposal))
        names = {str(staff): name for staff, name in app.staff.names.items()}
        document = approvals_document(app.approvals, app.definitions.bundle, words, names)
        for each in document["delegations"]:
            held = await roles_now(app, StaffId(each["by"]["id"]))
            each["roles"] = [role for role in each["roles"] if role in held]
        people = [{"id": one.staff, "name": one.name, "roles": list(one.roles)} for one in app.staff.accounts.values()]
        return {**document, "staff": people}

    async def _said(self, proposal: ProposalId) -> Words:
        """What a proposal is in words, what was asked back about it, and the reasons for the file."""
        found, _ = await self._app.engine.state((proposal_query(proposal),), ProposalState(), evolve_proposal)
        if found.proposed is None:
            return Words()
        label = (await self._app.views.get(found.proposed.interaction)).summary()["customer_label"]
        return words_of(found, customer_label=label)

    def forget(self) -> None:
        """Drop what was opened: somebody was erased."""
        self._built.clear()

    async def interaction(self, interaction: InteractionId, viewer: StaffId, *, masked: bool = False) -> Watched:
        """The document ``interaction:ID`` as a member of staff sees it. Raises Refused where there is none.

        Args:
            masked: whether personal details stay masked although the customer is verified.
        """
        app = self._app
        view: InteractionView = await app.views.get(interaction)
        bundle = app.definitions.bundle
        value = view.document(
            viewer=viewer,
            masked=masked,
            names=app.staff.names,
            journey_titles=self._journey_titles(),
            action_titles={name: action.title for name, action in bundle.actions.items()},
            queue_titles={name: spec.title for name, spec in app.queues.items()},
            actions=self._actions(),
        )
        value["entries"] = [_with_facts(entry, bundle) for entry in value["entries"]]
        executing = {name for name, action in bundle.actions.items() if action.effect == "execute"}
        likely_one = None
        if value["my_state"] != "none":
            likely_one = likely(value, executing, app.tenant.dispositions, await self._taken())
        value["assist"] = {"summary": summary(value, executing), "disposition": likely_one}
        return Watched(app.follower.cursor, value)

    async def _taken(self) -> Taken:
        """How often what was suggested was taken, looked up no more often than it is looked at by a person."""
        now = self._app.clock()
        if now - self._taken_at > TAKEN_FOR:
            self._taken_now, self._taken_at = await self._recent_wrap_ups.now(), now
        return self._taken_now

    def _journey_titles(self) -> dict[str, str]:
        return {name: journey.title for name, journey in self._app.definitions.journeys.items()}

    def _actions(self) -> list[dict[str, Any]]:
        """What the desk offers: every action that some rule permits agents."""
        bundle = self._app.definitions.bundle
        return [
            {
                "action": action.name,
                "title": action.title,
                "effect": action.effect,
                "args": [_argument(spec) for spec in action.args],
            }
            for action in bundle.actions.values()
            if any(
                "agent" in rule.roles and not rule.expired(self._app.clock())
                for rule in bundle.policies[action.name].permits
            )
        ]

    async def facts(self, interaction: InteractionId) -> list[dict[str, Any]]:
        """The facts of an interaction, in order, as the log keeps them. Raises Refused where there are none."""
        found = await self._app.log.read(Query(tag("interaction", interaction)))
        if not found.events:
            raise Refused("interaction_unknown", "There is no such interaction.", status=404)
        return [fact(recorded) for recorded in found.events]


def fact(recorded: Recorded) -> dict[str, Any]:
    """A fact for reading: what is personal shows no names, addresses, numbers or codes in full."""
    data: dict[str, Any] = msgspec.to_builtins(recorded.event)
    for name in sealed_fields(type(recorded.event)):
        if name in data:
            data[name] = masked_value(data[name])
    return {
        "cursor": str(recorded.cursor),
        "id": recorded.id,
        "at": recorded.at.isoformat(),
        "type": type(recorded.event).__name__,
        "cause": recorded.cause,
        "data": data,
    }


def _with_facts(entry: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    """The facts of a judgement as people read them: by name, and money with its currency. The arguments stand apart;
    those of a draft as lines, because a person sends them."""
    if entry["kind"] != "action":
        return entry
    entry = {**entry, "sends": arguments_shown(bundle.actions.get(entry["action"]), entry["sends"])}
    if not entry["facts"]:
        return entry
    facts = {name: value for name, value in entry["facts"].items() if name != "args"}
    lines = facts_shown(facts, bundle.actions.get(entry["action"]), bundle.ledgers)
    return {**entry, "facts": {line["name"]: line["value"] for line in lines}}


def _argument(spec: ArgSpec) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": spec.name,
        "type": spec.kind,
        "label": spec.label or spec.name.replace("_", " "),
        "required": not spec.optional,
    }
    if spec.choices:
        shown["options"] = [{"value": choice, "label": choice.replace("_", " ")} for choice in spec.choices]
    if spec.currency:
        shown["currency"] = spec.currency
    if spec.unit:
        shown["unit"] = spec.unit
    if spec.element is not None:
        shown |= {"of": spec.element.kind, "least": spec.least, "most": spec.most}
    if spec.parts:
        shown["parts"] = [_argument(part) | {"name": part.key} for part in spec.parts]
    return shown
