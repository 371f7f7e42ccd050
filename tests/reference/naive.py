"""The same bank in the plainest words: lists, loops and sums, written from the rules' sentences and from nothing of the gate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
APPROVAL = timedelta(hours=72)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Account:
    owner: str
    status: str = "open"
    balance: int = 120_000
    held: int = 0


@dataclass
class Proposal:
    name: str
    action: str
    customer: str
    interaction: str
    by: str
    roles: tuple[str, ...]
    channel: str
    failed_matches: int
    account: str = ""
    amount: int = 0
    payment: str = ""
    stands: str = "new"  # waiting, running, done, failed, unknown, denied, refused
    because: set[str] = field(default_factory=set)
    needs: list[str] = field(default_factory=list)
    allowed_at: datetime | None = None
    ended_at: datetime | None = None
    deadline: datetime | None = None
    moved: int = 0
    named: bool = False  # whether the answer told the payment's name, by which it can be called back
    called_back: int = 0
    cures: dict[str, datetime] = field(default_factory=dict)  # what was met, and until when it counts


class NaiveGate:
    def __init__(self) -> None:
        self.now = datetime.min
        self.accounts: dict[str, Account] = {}
        self.all: dict[str, Proposal] = {}

    def at(self, now: datetime) -> None:
        for each in self.all.values():
            if each.stands == "waiting" and each.deadline is not None and each.deadline <= now:
                each.stands, each.needs = "refused", []
        self.now = now

    def propose(self, new: Proposal) -> None:
        self.all[new.name] = new
        self.judge(new)

    # What the rules say.

    def judge(self, one: Proposal) -> None:
        no, cures = self.against(one)
        if no:
            one.stands, one.because, one.needs = "denied", no | set(cures), []
        elif cures:
            wanted = set(cures.values())
            one.stands, one.because = "waiting", set(cures)
            one.needs = [each for each in ("step_up:2", "confirm", "approve:supervisor") if each in wanted]
            one.deadline = self.now + (APPROVAL if one.needs[0] == "approve:supervisor" else QUARTER)
        else:
            one.stands, one.because, one.needs = "running", {GRANTED[one.action]}, []
            one.allowed_at = self.now

    def against(self, one: Proposal) -> tuple[set[str], dict[str, str]]:
        no: set[str] = set()
        cures: dict[str, str] = {}
        agent, bot = "agent" in one.roles, "virtual_agent" in one.roles
        if not {"verify": True, "pay_out": agent or bot, "call_back": agent, "close": agent}[one.action]:
            no.add("no-permit")
        if one.action == "verify":
            if one.failed_matches >= 3:
                no.add("verify.tries")
            return no, cures
        if one.action == "call_back":
            return no, cures
        account = self.accounts.get(one.account)
        closed = self.closed_lately(one)
        if closed:
            no.add("pay.after-close")
        if account is None:
            # What looks at the account says nothing about one that is not there.
            no.add(f"default.bank.{one.action}.exists")
        else:
            if account.owner != one.customer:
                no.add("account.own")
            if account.status != "open":
                no.add("account.open")
        if one.action == "close":
            if self.holds(one, "step_up:2") is False:
                cures["default.bank.close.step-up"] = "step_up:2"
            if not self.holds(one, "confirm"):
                cures["default.bank.close.confirm"] = "confirm"
            return no, cures
        if account is not None and one.amount > account.balance - account.held:
            no.add("pay.available")
        if self.paid_today(one) + one.amount > 1_000_00:
            no.add("pay.day")
        if agent and self.tries(one) >= 2:
            no.add("pay.agent-hour")
        if not self.verified(one):
            no.add("pay.verified")
        if one.channel == "voice" and one.amount > 300_00:
            no.add("pay.voice")
        if one.amount > 200_00 and not self.holds(one, "step_up:2"):
            cures["pay.code"] = "step_up:2"
        if not self.holds(one, "confirm"):
            cures["pay.confirm"] = "confirm"
        if not self.holds(one, "approve:supervisor"):
            if one.amount > 500_00:
                cures["pay.supervisor"] = "approve:supervisor"
            if agent and one.amount > 300_00:
                cures["pay.agent-supervisor"] = "approve:supervisor"
        return no, cures

    def holds(self, one: Proposal, cure: str) -> bool:
        return cure in one.cures and self.now <= one.cures[cure]

    def closed_lately(self, one: Proposal) -> bool:
        for other in self.all.values():
            if other.name == one.name or other.action != "close" or other.customer != one.customer:
                continue
            if other.stands in ("running", "unknown"):
                return True
            if (
                other.stands == "done"
                and other.ended_at is not None
                and other.ended_at > self.now - timedelta(hours=24)
            ):
                return True
        return False

    def verified(self, one: Proposal) -> bool:
        times = [
            other.ended_at
            for other in self.all.values()
            if other.action == "verify" and other.interaction == one.interaction and other.stands == "done"
        ]
        # Ages are whole seconds.
        return any(at is not None and int((self.now - at).total_seconds()) <= 1800 for at in times)

    def paid_today(self, one: Proposal) -> int:
        midnight = self.now.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
        total = 0
        for other in self.all.values():
            if other.name == one.name or other.action != "pay_out" or other.customer != one.customer:
                continue
            if other.stands in ("running", "unknown"):
                total += other.amount
            if other.stands == "done" and other.ended_at is not None and other.ended_at >= midnight:
                total += max(0, other.moved - other.called_back)
        return total

    def tries(self, one: Proposal) -> int:
        count = 0
        for other in self.all.values():
            if other.name == one.name or other.action != "pay_out" or other.by != one.by:
                continue
            if other.stands in ("running", "unknown"):
                count += 1
            ended = other.ended_at
            if other.stands in ("done", "failed") and ended is not None and ended > self.now - timedelta(hours=1):
                count += 1
        return count

    # What people answer.

    def cure(self, one: Proposal, cure: str) -> None:
        after = one.needs[one.needs.index(cure) + 1 :] if cure in one.needs else []
        until = self.now + QUARTER
        if "approve:supervisor" in after:
            until += QUARTER + QUARTER + APPROVAL + QUARTER
        one.cures[cure] = until
        self.judge(one)

    def answer(self, one: Proposal, yes: bool) -> bool:
        if one.stands != "waiting" or one.needs[0] != "confirm":
            return False
        if yes:
            self.cure(one, "confirm")
        else:
            one.stands, one.needs = "refused", []
        return True

    def code(self, one: Proposal, right: bool) -> None:
        if one.stands != "waiting" or "step_up:2" not in one.needs:
            return
        if right:
            self.cure(one, "step_up:2")
        else:
            one.stands, one.needs = "refused", []

    def approve(self, one: Proposal, by: str, roles: tuple[str, ...], yes: bool) -> bool:
        if one.stands != "waiting" or one.needs[0] != "approve:supervisor":
            return False
        if by == one.by or "supervisor" not in roles:
            return False
        if yes:
            self.cure(one, "approve:supervisor")
        else:
            one.stands, one.needs = "refused", []
        return True

    # What became of it.

    def settle(self, one: Proposal, how: str, moved: int, told_by_a_person: bool) -> None:
        one.stands = how
        if how == "unknown":
            return
        one.ended_at = self.now
        if how != "done":
            return
        # A person knows that it happened, and not what the bank called it or how much of it moved.
        one.moved, one.named = (one.amount if told_by_a_person else moved), not told_by_a_person
        if one.action == "call_back":
            for other in self.all.values():
                if f"pay-{other.name}" == one.payment and other.stands == "done" and other.named:
                    other.called_back += other.moved if told_by_a_person else moved
        account = self.accounts.get(one.account)
        if account is not None and one.action == "close":
            account.status = "closed"
        if account is not None and one.action == "pay_out":
            account.balance -= one.moved


GRANTED = {"verify": "verify.who", "pay_out": "pay.who", "call_back": "back.who", "close": "close.who"}
