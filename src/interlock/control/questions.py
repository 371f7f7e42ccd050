"""What does an approver ask back, and who answers?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interlock.control.meeting import about_proposal
from interlock.control.proposals import ProposalState
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.approvals import AnswerBack, AskBack, QuestionAnswered, QuestionAsked
from interlock.vocabulary.proposals import ActionProposed

LONGEST_QUESTION: Final = 1000
"""Characters of a question that an approver asks back, and of its answer."""

MOST_QUESTIONS: Final = 20
"""Questions that can be asked about one proposal."""


def ask_back() -> Decider[AskBack, ProposalState]:
    """An approver asks, while he could decide; one question at a time. The clock keeps counting."""

    def decide(command: AskBack, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        text = _text(command.text)
        if not any(need.kind == "approve" for need in state.needs):
            raise Refused("not_asked", "This proposal waits for no approval now.")
        if command.by.id == proposed.principal.id:
            raise Refused("own_proposal", "You have proposed this yourself; nobody needs to ask you.", status=403)
        if state.open_question:
            raise Refused("question_open", "A question is open already; wait for its answer.")
        if len(state.questions) >= MOST_QUESTIONS:
            raise Refused("too_many_questions", f"{MOST_QUESTIONS} questions are enough; decide now.")
        return [
            QuestionAsked(
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                person=proposed.person,
                question=moment.new_id("q"),
                by=command.by,
                text=text,
            )
        ]

    return about_proposal(AskBack, decide)


def answer_back() -> Decider[AnswerBack, ProposalState]:
    """Anybody of the staff but the one who asked answers; the first answer counts."""

    def decide(command: AnswerBack, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        text = _text(command.text)
        asked = next((each for each in state.questions if each.question == command.question), None)
        if asked is None:
            raise Refused("question_unknown", "There is no such question.", status=404)
        if asked.by.id == command.by.id:
            raise Refused("own_question", "You have asked this yourself.", status=403)
        if state.open_question != command.question:
            raise Refused("already_answered", "This has been answered already; nothing was changed.")
        return [
            QuestionAnswered(
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                person=proposed.person,
                question=command.question,
                by=command.by,
                text=text,
            )
        ]

    return about_proposal(AnswerBack, decide)


def _text(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_QUESTION:
        raise Refused("bad_text", f"Write 1 to {LONGEST_QUESTION} characters.", status=422)
    return text.strip()
