"""What would the journey do next that is under way, or that fits what the customer wrote; and what would the gate say to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from interlock.connectors.builtin_model import BuiltinModel, Question
from interlock.control.actions import Action
from interlock.control.approvals_document import arguments_shown
from interlock.interactions.masking import masked_text, masked_value
from interlock.journeys import Ahead, Conversation, Expected, beginning, slots_of, under_way
from interlock.journeys.understanding import understood
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.offers import Offer
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import MessageId, ProposalId
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged

if TYPE_CHECKING:
    from interlock.runtime.app import App

UNDER_WAY: Final = 0.7
"""How sure it is before anybody has answered that the journey helps which the customer was in."""
OPEN: Final = "open"
"""The verdict where an argument is missing, so that the gate cannot be asked."""
_TITLES: Final = {
    "ask": "Ask for: {name}",
    "choose": "Let the customer choose: {name}",
    "verify": "Find out who it is; ask for: {name}",
    "say": "Tell the customer",
}


class StepsAhead:
    """Looks ahead in journeys, and asks the gate; nothing is proposed, reserved or recorded by it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def offers(self, state: Conversation, message: MessageId, text: str, by: Principal) -> list[Offer]:
        """The next step and the next action.

        Args:
            message: what the customer wrote and nobody has answered, with its ``text``; empty where there is nothing.
            by: who would propose.
        """
        app = self._app
        found: list[tuple[Ahead, float, MessageId, str]] = []
        ahead = under_way(state, app.releases.journey, app.tenant)
        if ahead is not None:
            found.append((ahead, UNDER_WAY, MessageId(""), "under way"))
        if text:
            fits, sure = await self._fitting(state, text)
            if fits is not None and (ahead is None or fits.journey != ahead.journey):
                found.append((fits, sure, message, "fits what the customer wrote"))
        offers: list[Offer] = []
        for each, sure, about, why in found:
            source = f"Journey “{each.title}”, {why}"
            step = self._step(each, state, sure, about, source)
            action = await self._action(each, state, sure, about, source, by)
            offers += [offer for offer in (step, action) if offer is not None]
        return offers

    async def _fitting(self, state: Conversation, text: str) -> tuple[Ahead | None, float]:
        """The beginning of the journey that a message is about, and how sure that is."""
        app = self._app
        definitions = app.releases.of(state.release)
        question = Question(
            text=text,
            expected=Expected(),
            slots_of={name: slots_of(journey) for name, journey in definitions.journeys.items()},
            today=app.clock().astimezone(app.tenant.zone).date(),
            language=app.tenant.language,
        )
        meant = understood(await BuiltinModel(definitions.intents).suggest(question))
        journey = app.releases.journey(state.release, meant.intent) if meant.intent else None
        if journey is None or journey.name == app.tenant.human_journey:
            return None, 0.0
        return beginning(journey, meant.slots, state, app.tenant), meant.confidence

    def _step(self, ahead: Ahead, state: Conversation, sure: float, about: MessageId, source: str) -> Offer | None:
        """What to say next; what is done next is an action."""
        title = _TITLES.get(ahead.kind)
        if title is None or not ahead.says:
            return None
        journey = self._app.releases.journey(state.release, ahead.journey)
        slot = journey.slots.get(ahead.name) if journey is not None else None
        says = masked_text(ahead.says) if state.level < Level.ONE_FACTOR else ahead.says
        return Offer(
            kind="step",
            of=f"{ahead.journey}/{ahead.path}",
            score=sure,
            title=title.format(name=slot.called(ahead.name) if slot is not None else ahead.name.replace("_", " ")),
            text=says,
            source=source,
            about=about,
            reply=says if says == ahead.says else "",
        )

    async def _action(
        self, ahead: Ahead, state: Conversation, sure: float, about: MessageId, source: str, by: Principal
    ) -> Offer | None:
        """The next action with what is known for it, if agents may propose it at all."""
        bundle = self._app.definitions.bundle
        action = bundle.actions.get(ahead.action)
        if action is None or not any(
            not {*by.roles}.isdisjoint(rule.roles) for rule in bundle.policies[action.name].permits
        ):
            return None
        masked = state.level < Level.ONE_FACTOR
        told = await self._foreseen(action, ahead, state, by)
        personal = {spec.name for spec in action.args if spec.personal} if masked else set()
        shown = {name: masked_value(value) if masked else value for name, value in ahead.args.items()}
        return Offer(
            kind="action",
            of=action.name,
            score=sure,
            title=action.title,
            text="",
            source=source,
            about=about,
            action={
                "action": action.name,
                "lines": arguments_shown(action, shown),
                "values": {name: value for name, value in ahead.args.items() if name not in personal},
                **told,
            },
        )

    async def _foreseen(self, action: Action, ahead: Ahead, state: Conversation, by: Principal) -> dict[str, Any]:
        """What the gate would say: the verdict, what it would need, why; or which arguments are missing."""
        app = self._app
        missing = [
            spec.label or spec.name.replace("_", " ")
            for spec in action.args
            if not spec.optional and spec.name not in ahead.args
        ]
        if missing:
            return _verdict(OPEN, missing=missing)
        try:
            checked = action.check(dict(ahead.args), app.control.secret)
            judged = await app.gate.foresee(
                ActionProposed(
                    proposal=ProposalId("pr_foreseen"),
                    interaction=state.interaction,
                    person=state.person,
                    session=state.session,
                    channel=state.channel,
                    customer=state.customer,
                    principal=by,
                    action=action.name,
                    args=checked.args,
                    private_args=checked.private_args,
                    args_hash=checked.args_hash,
                    purpose=ahead.purpose or action.purpose,
                )
            )
        except Refused as refusal:
            return _verdict(OPEN, reasons=[refusal.reason])
        except Unavailable:
            return _verdict(OPEN, reasons=["The gate cannot be asked just now."])
        return _judged(judged)


def _judged(judged: ProposalJudged) -> dict[str, Any]:
    reasons = list(dict.fromkeys(ruling.reason for ruling in judged.rulings if ruling.reason))
    return _verdict(judged.verdict, needs=[str(each) for each in judged.needs], reasons=reasons)


def _verdict(
    verdict: str, *, needs: list[str] | None = None, reasons: list[str] | None = None, missing: list[str] | None = None
) -> dict[str, Any]:
    return {"verdict": verdict, "needs": needs or [], "reasons": reasons or [], "missing": missing or []}
