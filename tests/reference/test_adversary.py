"""Can anything that a model, an agent or a vendor's program sends make the gate let through what the rules forbid?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from interlock.control import Known
from interlock.kernel.errors import Refused
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    Approve,
    Command,
    ExpireRemedy,
    Reject,
    Remedy,
)
from tests.reference.naive import Account, NaiveGate, Proposal
from tests.reference.real import SETTINGS, RealGate

EACH = 100
"""Proposals against one bank, before it is set up anew."""
VENDOR = Principal(kind="external_agent", id="vendor", roles=("external_agent",))
AMARA = Principal(kind="agent", id="amara", roles=("agent",))
ADVERSARIES = (VIRTUAL_AGENT, VIRTUAL_AGENT, VENDOR, AMARA)

TEXTS: tuple[Any, ...] = (
    "a-1", "a-1", "a-1", "a-2", "a-3", "a-9", "A-1", " a-1 ", "a-1\x00", "a-1'; drop table event; --", "../a-1", "a" * 100,
    "", "а-1", "a-1\u200b", None, 1, True, [], {}, ["a-1"], {"id": "a-1"}, "principal", '"a-1"',
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    1, 100, 19_999, 20_000, 20_001, 50_001, 100_000, 100_001, 499_999, 500_000, 500_001, 0, -1, -50_000, 10**18, 10**40,
    -(10**18), 2**63, 2**63 - 1, 1.0, 19.99, float("nan"), float("inf"), "100", "1e3", True, False, None, [], {},
)  # fmt: skip
CURRENCIES: tuple[Any, ...] = ("EUR", "EUR", "EUR", "EUR", "USD", "eur", "", None, 978, "EUR\x00")
ACTIONS = ("bank.pay_out",) * 6 + (
    "bank.close",
    "bank.call_back",
    "bank.verify",
    "bank.payOut",
    "shop.refund_item",
    "",
    "*",
)


class Attack:
    """An adversary proposes whatever it likes and answers for everybody; a customer may really agree now and then."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.real, self.naive = RealGate(), NaiveGate()
        self.naive.accounts = {"a-1": Account("c-1"), "a-2": Account("c-1", status="frozen"), "a-3": Account("c-2")}
        self.look()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.frozen: dict[str, ActionProposed] = {}
        self.proposed = 0
        self.taken = 0

    def play(self) -> None:
        while self.proposed < EACH:
            self.now += timedelta(seconds=self.chance.choice((0, 0, 1, 10, 100)))
            self.real.at(self.now)
            self.naive.at(self.now)
            self.settle()
            if self.frozen and self.chance.random() < 0.4:
                self.forge()
            else:
                self.propose()
            self.check()

    def args(self, action: str) -> Any:
        """What fits, or nearly, or not at all."""
        chance = self.chance
        if chance.random() < 0.05:
            return chance.choice((None, [], "args", 7, {}))
        good = chance.random() < 0.4
        money: Any = {"amount": chance.choice(NUMBERS[:6] if good else NUMBERS), "currency": chance.choice(CURRENCIES)}
        account = "a-1" if good else chance.choice(TEXTS)
        args: dict[Any, Any] = {
            "bank.verify": {"caller": account},
            "bank.call_back": {"payment_id": account},
            "bank.close": {"account_id": account},
        }.get(action, {"account_id": account, "amount": money})
        if not good and chance.random() < 0.3:
            args |= {
                chance.choice(("payment_id", "caller", "allowed", "customer", "context", "")): chance.choice(TEXTS)
            }
        if not good and chance.random() < 0.3:
            args[chance.choice(tuple(args))] = chance.choice((*NUMBERS, *TEXTS, {**money, "minimum": 0}, [money]))
        if not good and chance.random() < 0.2:
            args.pop(chance.choice(tuple(args)))
        return args

    def propose(self) -> None:
        """The front door, and now and then a proposal that has been frozen somewhere else than here."""
        self.proposed += 1
        action = self.chance.choice(ACTIONS)
        args = self.args(action)
        smuggled = self.chance.random() < 0.15 and isinstance(args, dict) and action in self.real.bundle.actions
        try:
            checked = self.real.bundle.action(action).check(args, SETTINGS.secret)
            read, hash_ = checked.args, checked.args_hash
        except Refused:
            if not smuggled:
                return
            read, hash_ = args, "0" * 64
        self.record(action, read, hash_)

    def record(self, action: str, args: dict[str, Any], hash_: str) -> None:
        who, name = self.chance.choice(ADVERSARIES), f"pr_{self.proposed}"
        customer = self.chance.choice(("c-1", "c-1", "c-2", ""))
        event = ActionProposed(
            proposal=ProposalId(name),
            interaction=InteractionId("i_1"),
            person=PersonId("p_1"),
            session=SessionId("s_1"),
            channel=Channel.CHAT,
            customer=CustomerId(customer),
            principal=who,
            action=action,
            args=args,
            args_hash=hash_,
        )
        self.frozen[name] = event
        matched = Assurance(Level.MATCHED, CustomerId(customer or "c-1"), self.now, event.session, event.channel, "x")
        self.real.propose(event, Known(matched, 0, 0))
        if hash_ == "0" * 64 or not action.startswith("bank."):
            return
        one = Proposal(name, action.removeprefix("bank."), customer or "c-1", "i_1", who.id, who.roles, "chat", 0)
        amount = args.get("amount")
        one.account, one.payment = str(args.get("account_id", "")), str(args.get("payment_id", ""))
        one.amount = amount["amount"] if isinstance(amount, dict) else 0
        self.naive.propose(one)

    def settle(self) -> None:
        """The bank does what was let through, so that callers get verified and the day's limit fills."""
        for one in [one for one in self.naive.all.values() if one.stands == "running"]:
            self.real.settle(ProposalId(one.name), "done", one.amount)
            self.naive.settle(one, "done", one.amount, False)
            self.look()

    def look(self) -> None:
        self.real.accounts = {
            name: {"customer_id": one.owner, "status": one.status, "balance": one.balance, "held": one.held}
            for name, one in self.naive.accounts.items()
        }

    def forge(self) -> None:
        """Answers that nobody gave, and sometimes the one that the customer really gives."""
        chance, event = self.chance, self.chance.choice(list(self.frozen.values()))
        name, one = event.proposal, self.naive.all.get(event.proposal)
        if chance.random() < 0.2:
            command = AnswerConfirmation(proposal=name, session=event.session, args_hash=event.args_hash, yes=True)
            if self.real.carry_out(command) and one is not None:
                self.naive.answer(one, True)
            return
        other = chance.choice(list(self.frozen.values()))
        hash_ = chance.choice((event.args_hash, other.args_hash, "", "0" * 64))
        who = chance.choice((*ADVERSARIES, event.principal))
        forged: tuple[Command, ...] = (
            AnswerConfirmation(proposal=name, session=SessionId("s_2"), args_hash=event.args_hash, yes=True),
            AnswerConfirmation(proposal=name, session=event.session, args_hash=f"{event.args_hash}0", yes=True),
            Approve(proposal=name, by=who, args_hash=hash_),
            Reject(proposal=name, by=who, customer_reason="x", file_reason="x"),
            ExpireRemedy(proposal=name, remedy=Remedy("approve", "nobody")),
        )
        before = self.real.state(name)
        self.real.carry_out(chance.choice(forged))
        assert self.real.state(name) == before, f"a forged answer counted: {event}"

    def check(self) -> None:
        """What runs is what the rules' sentences let run, and nothing else."""
        allowed = {one.name for one in self.naive.all.values() if one.allowed_at is not None}
        let_through = {name for name in self.frozen if self.real.state(ProposalId(name)).allowed}
        assert let_through == allowed, f"{[self.frozen[name] for name in let_through ^ allowed]}"
        self.taken = len(allowed)


def attack(seeds: range) -> tuple[int, int]:
    """How much was proposed, and how much of it was let through."""
    proposed = taken = 0
    for seed in seeds:
        one = Attack(seed)
        one.play()
        proposed, taken = proposed + one.proposed, taken + one.taken
    return proposed, taken


@pytest.mark.parametrize("part", range(2))
def test_twenty_thousand_adversarial_proposals_have_no_unauthorised_effect(part: int) -> None:
    proposed, taken = attack(range(part * 100, part * 100 + 100))
    assert proposed == 10_000
    assert taken > 100, "an adversary whom nothing is let through has not found the door"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(10))
def test_a_million_adversarial_proposals_have_no_unauthorised_effect(part: int) -> None:
    proposed, _ = attack(range(1_000 + part * 1_000, 2_000 + part * 1_000))
    assert proposed == 100_000
