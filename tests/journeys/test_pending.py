"""Something comes first, a time has to come, a person sends it: what does a journey do meanwhile, and does it go on?"""

from __future__ import annotations

import pytest

from interlock.journeys import offered_outside
from interlock.journeys.compile import compile_journeys
from interlock.journeys.subject import react
from interlock.journeys.triggers import begun_by, load_triggers
from interlock.kernel.documents import DefinitionError
from interlock.vocabulary.journeys import AdvanceJourney, StepReached
from tests.journeys.harness import Chat, I, demo, demo_files, queue_names, slot, start

JOURNEY = """\
journey: writing
title: Write to the team
about: your message
examples: [a message please, write to them, send them a note]
slots:
  order_no: { type: order_number, pattern: "A-####", ask: "Which order?" }
steps:
  - do: shop.get_customer
    with: { customer_id: c-104 }
    as: mail
    on:
      do_first:
        - say: First I look at the order. ({needed})
        - ask: order_no
        - look_up: shop.get_order
          with: { order_id: "{order_no}" }
          as: order
      waiting: [{ say: It goes out later. }]
      draft_pending: [{ say: A colleague sends it. }]
      draft_discarded: [{ say: "{mail.customer_reason}" }, { end: discarded }]
      not_in_time: [{ say: Too late. }, { end: too_late }]
  - say: It is on its way.
  - end: sent
"""
ALL = {"shop.get_customer": ("do", "wait", "draft")}


def problems(text: str, remedies: dict[str, tuple[str, ...]] = ALL) -> list[str]:
    tenant, _, bundle = demo()
    files = {path: text for path, text in demo_files().items() if path.startswith("journeys/")}
    try:
        compile_journeys(
            files | {"journeys/writing.yaml": text},
            tenant,
            actions=bundle.actions,
            queues=queue_names(demo_files()),
            tenant_file=demo_files()["tenant.yaml"],
            begun=begun_by(load_triggers(demo_files())),
            remedies=remedies,
        )
    except DefinitionError as error:
        return [str(each) for each in error.problems]
    return []


class Writing(Chat):
    """A chat in which the message has just been proposed."""

    def __init__(self, text: str = JOURNEY) -> None:
        super().__init__()
        tenant, _, bundle = demo()
        files = {path: text for path, text in demo_files().items() if path.startswith("journeys/")}
        self.journeys = compile_journeys(
            files | {"journeys/writing.yaml": text},
            tenant,
            actions=bundle.actions,
            queues=queue_names(demo_files()),
            tenant_file=demo_files()["tenant.yaml"],
            begun=begun_by(load_triggers(demo_files())),
            remedies=ALL,
        )
        self.write("a message please", start("writing"))

    @property
    def reached(self) -> StepReached:
        return [each.event for each in self.log if isinstance(each.event, StepReached)][-1]


def test_what_comes_first_is_done_and_then_the_same_proposal_is_waited_for_again() -> None:
    chat = Writing()
    mail = chat.proposal.proposal
    chat.needs("do", "shop.get_order")
    assert chat.settle("do_first")[-2:] == ["First I look at the order. (shop.get_order)", "Which order?"]
    chat.write("A-1042", slot("order_no", "A-1042"))
    assert chat.proposal.action == "shop.get_order"
    assert chat.settle("succeeded", {"order_id": "A-1042"}) == []
    assert (chat.reached.path, chat.reached.ref, chat.reached.again) == ("0", mail, True)
    assert list(react(chat.reached)) == [AdvanceJourney(interaction=I, what="again", ref=mail)]
    assert chat.settle("succeeded", ref=mail)[0] == "It is on its way."
    assert chat.outcomes == ["sent"]
    assert [each.action for each in chat.proposals] == ["shop.get_customer", "shop.get_order"]


def test_news_of_the_proposal_that_waits_do_not_disturb_what_is_done_first() -> None:
    chat = Writing()
    mail = chat.proposal.proposal
    chat.needs("do", "shop.get_order")
    chat.settle("do_first")
    assert chat.settle("not_in_time", ref=mail) == []
    chat.write("A-1042", slot("order_no", "A-1042"))
    chat.settle("succeeded", {"order_id": "A-1042"})
    assert chat.settle("not_in_time", ref=mail)[0] == "Too late."
    assert chat.outcomes == ["too_late"]


def test_an_agent_does_what_comes_first_and_a_hand_back_looks_again() -> None:
    chat = Writing()
    mail = chat.proposal.proposal
    chat.queued()
    chat.joined()
    chat.needs("do", "shop.get_order")
    assert chat.settle("do_first") == []
    assert chat.reached.waits_for == "approval"
    chat.handed_back()
    looked = [each.event for each in chat.log if isinstance(each.event, StepReached) and each.event.again]
    assert [each.ref for each in looked] == [mail]


@pytest.mark.parametrize(
    ("kind", "argument", "what", "says"),
    [
        ("wait", "24h", "waiting", "It goes out later."),
        ("draft", "", "draft_pending", "A colleague sends it."),
    ],
)
def test_a_wait_is_told_and_the_journey_goes_on_by_itself(kind: str, argument: str, what: str, says: str) -> None:
    chat = Writing()
    chat.needs(kind, argument)
    assert chat.settle(what)[-1] == says
    assert chat.reached.waits_for == "approval"
    assert chat.settle("succeeded")[0] == "It is on its way."


def test_a_discarded_draft_tells_the_customer_why() -> None:
    chat = Writing()
    chat.needs("draft")
    chat.settle("draft_pending")
    assert chat.settle("draft_discarded", reason="We have called you instead.")[0] == "We have called you instead."
    assert chat.outcomes == ["discarded"]


def test_branches_are_required_exactly_where_a_rule_has_the_remedy() -> None:
    assert problems(JOURNEY) == []
    bare = JOURNEY.partition("    on:\n")[0] + JOURNEY[JOURNEY.index("  - say: It is on its way.") :]
    assert problems(bare, {}) == []
    (told,) = problems(bare, {"shop.get_customer": ("wait",)})
    assert "nothing says what happens in 'waiting'" in told
    (told,) = problems(bare, {"shop.get_customer": ("draft",)})
    assert "'draft_pending', 'draft_discarded', 'not_in_time'" in told
    (told,) = problems(JOURNEY.replace("{ say: It goes out later. }", "{ end: later }"))
    assert "can only say something" in told


TRACKING = """\
journey: tracking
title: Where it is
about: your parcel
examples: [where is it, track my parcel, is it on its way]
steps:
  - look_up: shop.get_order
    with: { order_id: A-1042 }
    purpose: tracking
  - end: told
"""


def test_a_step_that_names_its_purpose_proposes_for_it() -> None:
    texts = demo_files()
    tenant, _, bundle = demo()
    files = {path: text for path, text in texts.items() if path.startswith("journeys/")}
    chat = Chat()
    chat.journeys = compile_journeys(
        files | {"journeys/tracking.yaml": TRACKING},
        tenant,
        actions=bundle.actions,
        queues=queue_names(texts),
        tenant_file=texts["tenant.yaml"],
        begun=begun_by(load_triggers(demo_files())),
    )
    chat.write("where is it", start("tracking"))
    assert (chat.proposal.action, chat.proposal.purpose) == ("shop.get_order", "tracking")


def test_a_step_says_what_an_outside_agent_may_propose_while_it_waits() -> None:
    text = JOURNEY.replace(
        "        - ask: order_no\n", "        - ask: order_no\n          outside: [shop.get_order]\n"
    )
    assert problems(text) == []
    (unknown,) = problems(text.replace("[shop.get_order]", "[shop.get_ordr]"))
    assert "there is no action 'shop.get_ordr'; did you mean 'shop.get_order'?" in unknown
    chat = Writing(text)
    assert offered_outside(chat.state, chat.resolve) is None, "it waits for a proposal"
    chat.needs("do", "shop.get_order")
    chat.settle("do_first")
    assert offered_outside(chat.state, chat.resolve) == ("shop.get_order",)
    chat.write("A-1042", slot("order_no", "A-1042"))
    assert offered_outside(chat.state, chat.resolve) is None, "it has gone on"
