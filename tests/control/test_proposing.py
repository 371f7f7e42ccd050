"""Who can propose what in whose interaction?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from interlock.control.proposing import propose_action
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import ExternalAgentId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, HandedBack, InteractionEnded, WrappedUp
from interlock.vocabulary.outside import CaseOpened
from interlock.vocabulary.proposals import ActionProposed, ProposeAction
from tests.control.given import AMARA, BEN, EVA, MATCHED, PR, SETTINGS, SOFIA, STARTED, I, P, S, decide, demo, euros

PROPOSE = propose_action(demo(), SETTINGS)
JOINED = AgentJoined(interaction=I, person=P, agent=StaffId("amara"), visit=VisitId("v_1"))
WRAPPED = WrappedUp(interaction=I, person=P, agent=StaffId("amara"), disposition="refunded")
BACK = HandedBack(interaction=I, person=P, agent=StaffId("amara"))
ENDED = InteractionEnded(interaction=I, person=P, session=S, reason="customer_left")
ARGS = {"order_id": "A-1042", "item_id": "i-1", "amount": euros(1840)}


def propose(given: list[Event], by: Principal = AMARA, **changes: Any) -> list[Event]:
    command = ProposeAction(proposal=PR, interaction=I, principal=by, action="shop.refund_item", args=ARGS)
    return list(decide(PROPOSE, msgspec.structs.replace(command, **changes), given))


def test_the_agent_who_has_the_interaction_proposes_for_its_customer() -> None:
    (fact,) = propose([STARTED, MATCHED, JOINED])
    assert isinstance(fact, ActionProposed)
    assert (fact.person, fact.session, fact.channel, fact.customer) == (P, S, Channel.CHAT, EVA)
    assert (fact.principal, fact.action, fact.args, fact.purpose) == (AMARA, "shop.refund_item", ARGS, "service")
    assert fact.args_hash == demo().action("shop.refund_item").check(ARGS, SETTINGS.secret).args_hash


def test_he_still_can_after_the_customer_has_left_until_he_wraps_up() -> None:
    assert len(propose([STARTED, MATCHED, JOINED, ENDED])) == 1
    for over in (WRAPPED, BACK):
        with pytest.raises(Refused, match="not_handling"):
            propose([STARTED, MATCHED, JOINED, over])


@pytest.mark.parametrize("by", [BEN, SOFIA])
def test_nobody_proposes_in_a_colleague_s_interaction(by: Principal) -> None:
    with pytest.raises(Refused, match="A colleague has this interaction") as refusal:
        propose([STARTED, MATCHED, JOINED], by)
    assert refusal.value.status == 403


def test_nobody_proposes_in_an_interaction_that_he_has_not_taken_or_that_does_not_exist() -> None:
    with pytest.raises(Refused, match="not_handling"):
        propose([STARTED, MATCHED])
    with pytest.raises(Refused, match="interaction_unknown"):
        propose([])


def test_another_vendors_agent_proposes_only_in_its_own_case_and_while_that_is_open() -> None:
    program = Principal(kind="external_agent", id="x_1", roles=("external_agent",))
    case = CaseOpened(
        interaction=STARTED.interaction,
        person=STARTED.person,
        session=STARTED.session,
        agent=ExternalAgentId("x_1"),
        how="opened",
    )
    assert len(propose([STARTED, MATCHED, case], program)) == 1
    with pytest.raises(Refused, match="interaction_ended"):
        propose([STARTED, MATCHED, case, ENDED], program)
    other = Principal(kind="external_agent", id="x_2", roles=("external_agent",))
    with pytest.raises(Refused, match="case_unknown") as refusal:
        propose([STARTED, MATCHED, case], other)
    assert refusal.value.status == 404


def test_an_action_that_does_not_exist_is_refused_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(Refused, match=r"did you mean 'shop\.refund_item'") as refusal:
        propose([STARTED, JOINED], action="shop.refund_itm")
    assert refusal.value.status == 422
    with pytest.raises(Refused, match="bad_arguments"):
        propose([STARTED, JOINED], args={"order_id": "A-1042"})


def test_proposing_the_same_again_changes_nothing_and_something_else_under_its_name_is_refused() -> None:
    given = [STARTED, MATCHED, JOINED]
    first = propose(given)
    assert propose([*given, *first]) == []
    with pytest.raises(Refused, match="proposal_exists"):
        propose([*given, *first], args=ARGS | {"amount": euros(1841)})
