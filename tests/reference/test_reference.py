"""Does the gate say what the rules' sentences say, whatever happens in whatever order?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from interlock.control import Known
from interlock.control.proposals import ProposalState
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    Approve,
    MeetStepUp,
    RefuseStepUp,
    Reject,
    ResolveUnknown,
)
from tests.reference.bank import bank
from tests.reference.naive import Account, NaiveGate, Proposal
from tests.reference.real import SETTINGS, RealGate

OPERATIONS = 12
MANY_OPERATIONS = 20
"""Where there is time for longer sequences."""
PEOPLE = (
    VIRTUAL_AGENT,
    Principal(kind="agent", id="amara", roles=("agent",)),
    Principal(kind="agent", id="sofia", roles=("agent", "supervisor")),
    Principal(kind="external_agent", id="vendor", roles=("external_agent",)),
)
APPROVERS = (*PEOPLE[1:3], Principal(kind="agent", id="zoe", roles=("supervisor",)))
AMOUNTS = (1, 1_000, 9_000, 19_999, 20_000, 20_001, 30_000, 30_001, 50_000, 50_001, 100_000, 100_001, 400_000)
SHORT = (1, 5, 20, 60, 120)
LONG = (400, 899, 901, 1801, 3599, 3601, 20_000, 86_399, 86_401, 260_000)
ACCOUNTS = ("a-1", "a-2", "a-3", "a-9")


class Comparison:
    """One random sequence, played to both at once."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.real, self.naive = RealGate(), NaiveGate()
        now = datetime(2026, 3, 27, tzinfo=UTC) + timedelta(seconds=self.chance.randrange(4 * 86_400))
        self.naive.accounts = {"a-1": Account("c-1"), "a-2": Account("c-1", held=99_000), "a-3": Account("c-2")}
        self.told: list[str] = []
        self.said: dict[str, tuple[ProposalState, tuple[str, set[str], list[str]]]] = {}
        self.pass_to(now)

    def pass_to(self, now: datetime) -> None:
        self.tell(f"it is {now}")
        self.look()
        self.real.at(now)
        self.naive.at(now)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def look(self) -> None:
        """The gate reads the accounts as they are now."""
        accounts = self.naive.accounts.items()
        self.real.accounts = {
            name: {"customer_id": one.owner, "status": one.status, "balance": one.balance, "held": one.held}
            for name, one in accounts
        }

    def play(self, operations: int) -> None:
        for _ in range(operations):
            pause = self.chance.choice(LONG if self.chance.random() < 0.06 else SHORT)
            self.pass_to(self.naive.now + timedelta(seconds=pause))
            if self.chance.random() < 0.03:
                self.naive.accounts["a-1"].status = self.chance.choice(("open", "open", "frozen"))
            self.look()
            self.chance.choice(self.sensible())()
            self.compare()

    def sensible(self) -> list[Callable[[], None]]:
        """What somebody could do now; a few of them now and then do it where it makes no sense."""
        stands = {one.stands for one in self.naive.all.values()}
        waits = {one.needs[0] for one in self.naive.all.values() if one.stands == "waiting"}
        steps = [self.propose, self.propose]
        if waits - {"approve:supervisor"}:
            steps += [self.answer] * 4
        if "approve:supervisor" in waits:
            steps += [self.approve] * 3
        if stands & {"running", "unknown"}:
            steps.append(self.settle)
        return steps if self.naive.all and self.chance.random() < 0.95 else [self.propose, self.answer, self.approve]

    def propose(self) -> None:
        """Somebody proposes something; mostly what stands a chance."""
        chance, name = self.chance, f"pr_{len(self.naive.all)}"
        who, customer = (
            chance.choice(PEOPLE[:3] if chance.random() < 0.95 else PEOPLE),
            chance.choice(("c-1",) * 9 + ("c-2",)),
        )
        interaction = f"i_{customer}_{int(chance.random() < 0.1)}"
        done = [one for one in self.naive.all.values() if one.stands == "done" and one.interaction == interaction]
        verified = any(one.action == "verify" for one in done)
        action = chance.choice(("pay_out",) * 8 + ("call_back", "close"))
        if chance.random() < (0.1 if verified else 0.6):
            action = "verify"
        channel = chance.choice((Channel.CHAT, Channel.CHAT, Channel.VOICE))
        paid = [one.name for one in self.naive.all.values() if one.action == "pay_out"] or ["pr_none"]
        one = Proposal(
            name, action, customer, interaction, who.id, who.roles, channel.value, chance.choice((0,) * 8 + (2, 3))
        )
        args: dict[str, object] = {"caller": customer}
        if action in ("pay_out", "close"):
            one.account = chance.choice(ACCOUNTS) if chance.random() < 0.2 else "a-1"
            args = {"account_id": one.account}
        if action == "pay_out":
            one.amount = chance.choice(AMOUNTS[:7] if chance.random() < 0.3 else AMOUNTS[2:11])
            args["amount"] = {"amount": one.amount, "currency": "EUR"}
        if action == "call_back":
            one.payment = f"pay-{chance.choice(paid)}"
            args = {"payment_id": one.payment}
        self.tell(f"{who.id} proposes {one}")
        checked = self.real.bundle.action(f"bank.{action}").check(args, SETTINGS.secret)
        proposed = ActionProposed(
            proposal=ProposalId(name),
            interaction=InteractionId(interaction),
            person=PersonId(f"p_{customer}"),
            session=SessionId(f"s_{interaction}"),
            channel=channel,
            customer=CustomerId(customer),
            principal=who,
            action=f"bank.{action}",
            args=checked.args,
            args_hash=checked.args_hash,
        )
        assurance = Assurance(
            Level.MATCHED, CustomerId(customer), self.naive.now, proposed.session, channel, "order_and_email"
        )
        self.real.propose(proposed, Known(assurance, one.failed_matches, 0))
        self.naive.propose(one)
        if action == "verify" and one.stands == "running" and chance.random() < 0.8:
            self.settle_one(one)

    def some(self, *, approval: bool) -> Proposal | None:
        """A proposal that waits for an approval, or for something else."""
        waiting = [one for one in self.naive.all.values() if one.stands == "waiting"]
        found = [one for one in waiting if (one.needs[0] == "approve:supervisor") is approval]
        # Mostly the one that something can be done about, now and then any other.
        anyone = list(self.naive.all.values()) if self.chance.random() < 0.1 else found
        return self.chance.choice(anyone) if anyone else None

    def answer(self) -> None:
        """The customer confirms, declines, or gives a code."""
        one = self.some(approval=False)
        if one is None:
            return
        yes, state = self.chance.random() < 0.9, self.real.state(ProposalId(one.name))
        assert state.proposed is not None
        by = Principal(kind="customer", id=state.proposed.person, roles=("customer",))
        if one.needs[:1] == ["step_up:2"] or self.chance.random() < 0.1:
            self.tell(f"a code for {one.name}: {yes}")
            name = ProposalId(one.name)
            self.real.carry_out(
                MeetStepUp(proposal=name, level=2, by=by) if yes else RefuseStepUp(proposal=name, by=by)
            )
            self.naive.code(one, yes)
            return
        hash_ = state.proposed.args_hash if self.chance.random() < 0.9 else "another"
        self.tell(f"{one.name} is confirmed: {yes} {hash_ == 'another'}")
        command = AnswerConfirmation(
            proposal=ProposalId(one.name), session=state.proposed.session, args_hash=hash_, yes=yes
        )
        before = self.stands(one.name)
        taken = self.real.carry_out(command)
        if hash_ == "another":
            assert not taken
            return
        # Saying the same again is taken and changes nothing.
        assert self.naive.answer(one, yes) == (taken and before != self.stands(one.name))

    def approve(self) -> None:
        """Somebody approves or rejects."""
        one = self.some(approval=True)
        if one is None:
            return
        who, yes = self.chance.choice(APPROVERS), self.chance.random() < 0.8
        state, before = self.real.state(ProposalId(one.name)), self.stands(one.name)
        assert state.proposed is not None
        self.tell(f"{who.id} approves {one.name}: {yes}")
        name = ProposalId(one.name)
        taken = self.real.carry_out(
            Approve(proposal=name, by=who, args_hash=state.proposed.args_hash)
            if yes
            else Reject(proposal=name, by=who, customer_reason="no", file_reason="no")
        )
        assert self.naive.approve(one, who.id, who.roles, yes) == (taken and before != self.stands(one.name))

    def settle(self) -> None:
        found = [one for one in self.naive.all.values() if one.stands in ("running", "unknown")]
        if not found:
            return
        self.settle_one(self.chance.choice(found))

    def settle_one(self, one: Proposal) -> None:
        """The bank, or a person, says what became of it."""
        moved = one.amount if self.chance.random() < 0.7 else one.amount // 2
        if one.action == "call_back":
            moved = self.chance.choice(AMOUNTS)
        how, person = self.chance.choice(("done",) * 6 + ("failed", "unknown")), None
        if one.stands == "unknown":
            how = self.chance.choice(("done", "failed"))
            person = ResolveUnknown(
                proposal=ProposalId(one.name), by=APPROVERS[1], happened=how == "done", note="I looked"
            )
        self.tell(f"{one.name} is {how}, {moved} moved, told by {'a person' if person else 'the bank'}")
        self.real.settle(ProposalId(one.name), "unknown" if person else how, moved, person)
        self.naive.settle(one, how, moved, person is not None)

    def stands(self, proposal: str) -> tuple[str, set[str], list[str]]:
        """What the gate says of a proposal, in the model's words."""
        state = self.real.state(ProposalId(proposal))
        before = self.said.get(proposal)
        if before is None or before[0] is not state:
            before = self.said[proposal] = (state, self._said(state))
        return before[1]

    @staticmethod
    def _said(state: ProposalState) -> tuple[str, set[str], list[str]]:
        assert state.judged is not None
        because, needs = {each.rule for each in state.judged.rulings}, [str(each) for each in state.needs]
        if state.refused is not None:
            return "refused", because, needs
        if state.judged.verdict != "allowed":
            return ("denied" if state.judged.verdict == "denied" else "waiting"), because, needs
        if state.outcome is not None:
            return ("done" if type(state.outcome).__name__ == "EffectSucceeded" else "failed"), because, needs
        return ("unknown" if state.unknown is not None else "running"), because, needs

    def compare(self) -> None:
        for name, one in self.naive.all.items():
            said = self.stands(name)
            story = "\n".join(self.told)
            assert said == (one.stands, one.because, one.needs), (
                f"{name}: the gate says {said}, the model {one}\n{story}"
            )


def play(seeds: range, operations: int = OPERATIONS) -> set[str]:
    """Play sequences; gives the rules that decided in them."""
    decided: set[str] = set()
    for seed in seeds:
        comparison = Comparison(seed)
        comparison.play(operations)
        decided |= {rule for one in comparison.naive.all.values() for rule in one.because}
    return decided


@pytest.mark.parametrize("part", range(2))
def test_the_gate_agrees_with_a_naive_model_of_the_same_rules(part: int) -> None:
    decided = play(range(part * 500, part * 500 + 500))
    assert {rule.id for rule in bank().rules} <= decided, "a rule that never decided was not compared"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_the_gate_agrees_with_a_naive_model_in_a_hundred_thousand_sequences(part: int) -> None:
    play(range(10_000 + part * 5_000, 10_000 + part * 5_000 + 5_000), MANY_OPERATIONS)
