"""What does the virtual agent make of a customer's message?"""

from __future__ import annotations

from interlock.journeys.agent_turns import take_answer
from interlock.journeys.agent_work import ASKED, REPLY
from interlock.journeys.answering import answer_from, answer_within, surest
from interlock.journeys.calling import CANCELLED
from interlock.journeys.correcting import correct
from interlock.journeys.filling import take_slots
from interlock.journeys.looking_back import go_back, recap
from interlock.journeys.matters import begin_matter, recognise
from interlock.journeys.model import Journey
from interlock.journeys.outcomes import resume_floor
from interlock.journeys.stack import CLOSING, begin, go_on, go_on_below, say_goodbye
from interlock.journeys.state import Run
from interlock.journeys.steps import ask_again, proceed, take_branch
from interlock.journeys.turn import Turn
from interlock.journeys.understanding import Understood, understood
from interlock.journeys.values import accepted
from interlock.vocabulary.channels import Choice
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.journeys import AgentAnswer, SuggestionsMade, TakeAgentAnswer, TurnContext
from interlock.vocabulary.knowledge import Found

HUMAN = "human"
INTENT = "intent"
MORE = "more"


def take_turn(turn: Turn, command: TurnContext) -> None:
    """Answer a message; silently, where a queue or an agent has the interaction."""
    if not turn.state.interaction:
        return
    found = understood(command.suggestions)
    if command.answer is not None:
        _used(turn, command.answer)
    _suggested(turn, command.message, command.model, found)
    matter = recognise(turn, command, found)
    if turn.state.holder != "virtual_agent":
        return
    resume_floor(turn)
    if matter is not None:
        begin_matter(turn, matter, found, command.text)
        return
    run = turn.state.foreground
    if turn.state.changed in ("named", "not_spoken") and _language_named(turn, run, found):
        pass
    elif run is None:
        _without_journey(turn, found, command)
    else:
        _in_journey(turn, run, found, command)
    go_on_below(turn)


def _language_named(turn: Turn, run: Run | None, found: Understood) -> bool:
    """She only said which language she wants: what stands is asked in it. Whether there is anything to ask so."""
    if run is None:
        turn.say(turn.settings.texts.go_on, _titles(turn, ()))
        turn.stand(INTENT, 0)
        return True
    answered = run.ref in found.slots and turn.journey(run).slots[run.ref].type != "text"
    if run.waits_for not in ("slot", "choice") or answered:
        return False
    ask_again(turn, run, not_understood=False)
    return True


def take_agent_answer(turn: Turn, command: TakeAgentAnswer) -> None:
    """Go on as the model of an agent step answers; not at all, where something else has happened meanwhile."""
    answer = command.answer
    _used(turn, answer)
    run = turn.state.run(answer.run)
    if run is None or run.waits_for != ASKED or run.ref != answer.round:
        return
    if turn.state.foreground != run:
        return  # something lies on top of it by now; its model is asked anew when that is over
    if not turn.state.may_speak:
        turn.wait(run, run.path, "floor", ASKED)
        return
    _suggested(turn, command.message, answer.model, understood(answer.suggestions))
    take_answer(turn, run, answer)
    go_on_below(turn)


def _used(turn: Turn, answer: AgentAnswer) -> None:
    for each in answer.used:
        turn.add(each)


def _suggested(turn: Turn, message: MessageId, model: str, found: Understood) -> None:
    if found.usable:
        turn.add(
            SuggestionsMade(
                interaction=turn.state.interaction,
                person=turn.state.person,
                message=message,
                model=model,
                suggestions=list(found.usable),
            )
        )


def _in_journey(turn: Turn, run: Run, found: Understood, command: TurnContext) -> None:
    journey, text, answered = turn.journey(run), command.text, command.answer
    if _wants_human(turn, found) and run.journey != turn.settings.human_journey:
        if run.waits_for == "slot" and journey.slots[run.ref].type != "text":
            take_slots(turn, run, found, text)
        _begin_human(turn)
        return
    other, article = _other_journey(turn, run, found), surest(turn, command, found)
    free_text = run.waits_for == "slot" and journey.slots[run.ref].type == "text"
    if found.recap and not free_text:
        recap(turn)
        ask_again(turn, run, not_understood=False)
        return
    if run.waits_for in (ASKED, REPLY):
        if found.cancel:
            _cancel(turn, run)
        elif answered is not None and answered.run == run.run:
            _suggested(turn, command.message, answered.model, understood(answered.suggestions))
            take_answer(turn, run, answered)
        return
    if run.waits_for not in ("slot", "choice"):
        if article is not None and not found.cancel:
            answer_within(turn, run, command, article)
        else:
            _while_waiting(turn, run, found, other)
        return
    if found.cancel and (free_text or run.ref not in found.slots):
        _cancel(turn, run)
        return
    if found.back and not free_text:
        go_back(turn, run)
        return
    before = run.values
    taken = take_slots(turn, run, found, text)
    if taken.corrected:
        if not correct(turn, run, taken.corrected, before):
            turn.say(turn.settings.texts.too_late)
            ask_again(turn, run, not_understood=False)
    elif taken.wanted:
        proceed(turn, run, run.path)
    elif taken.invalid:
        _unanswered(turn, run, invalid=True)
    elif article is not None and not (taken.others or found.repeat):
        answer_within(turn, run, command, article)
    elif other is not None:
        _interrupt(turn, run, other, found, text)
    elif taken.others or found.repeat:
        ask_again(turn, run, not_understood=False)
    else:
        _unanswered(turn, run)


def _without_journey(turn: Turn, found: Understood, command: TurnContext) -> None:
    """No journey runs: is one wanted, a person, nothing more, or does an article answer?

    Otherwise one question, then the offer of a person.
    """
    standing, article = turn.state.standing, surest(turn, command, found)
    journey = turn.offered(found.slots.get(INTENT)) or turn.offered(found.intent)
    journey = journey if journey is None or not journey.matter else None  # what is recognised has begun already
    agreed = found.slots.get(HUMAN) if standing and standing.about == HUMAN else None
    more = found.slots.get(MORE) if standing and standing.about == CLOSING else None
    if _wants_human(turn, found) or agreed is True:
        _begin_human(turn)
    elif found.recap:
        recap(turn)
    elif (
        article is not None and not found.cancel and not _pressed(turn, command.text) and (agreed, more) == (None, None)
    ):
        _answer(turn, command, article)
    elif journey is not None:
        _begin_filled(turn, journey, found, command.text)
    elif more is False or (found.cancel and standing is not None and standing.about == CLOSING):
        say_goodbye(turn)
    elif found.cancel:
        turn.say(turn.settings.texts.nothing_to_cancel)
    elif more is True or agreed is False or (standing is not None and standing.about == CLOSING):
        turn.say(turn.settings.texts.go_on, _titles(turn, ()))
        turn.stand(INTENT, 0)
    elif standing is None or standing.tries == 0:
        turn.say(turn.settings.texts.clarify, _titles(turn, found.options))
        turn.stand(INTENT, 1)
    else:
        texts = turn.settings.texts
        turn.say(texts.offer_human, (Choice(value="yes", label=texts.yes), Choice(value="no", label=texts.no)))
        turn.stand(HUMAN, standing.tries + 1)


def _pressed(turn: Turn, text: str) -> bool:
    """Whether a message is exactly what a button for a journey says."""
    return text.strip().casefold() in (title.casefold() for title in turn.menu().values())


def _answer(turn: Turn, command: TurnContext, article: Found) -> None:
    """Answer from an article; then, once in an interaction, is there anything else?"""
    answer_from(turn, command.message, article)
    if not turn.state.closing_said:
        turn.say(turn.settings.texts.anything_else)
    turn.stand(CLOSING, 0)


def _while_waiting(turn: Turn, run: Run, found: Understood, other: Journey | None) -> None:
    """The run waits for a card to be answered, or for something outside: a yes in free text is no confirmation."""
    texts = turn.settings.texts
    if other is not None and run.waits_for == "proposal" and run.needs:
        _interrupt(turn, run, other, found, "")
    elif run.needs == "confirm":
        turn.say(texts.use_decline_button if found.cancel else texts.use_confirm_card)
    elif run.needs == "step_up":
        turn.say(texts.use_code_card)
    else:
        turn.say(texts.one_moment)


def _interrupt(turn: Turn, run: Run, other: Journey, found: Understood, text: str) -> None:
    """Another subject: on top of this one; or back to it, where it waits further down the stack."""
    fronts = (turn.state.front_of(each) for each in turn.state.runs if each.journey == other.name)
    below = next((front for front in fronts if front.waits_for_customer), None)
    if below is None:
        _begin_filled(turn, other, found, text)
        return
    for each in reversed(turn.state.runs):
        if each.run == below.run:
            break
        if each.waits_for_customer:
            turn.end(each, "changed_subject")
    go_on(turn, turn.current(below))


def _begin_filled(turn: Turn, journey: Journey, found: Understood, text: str) -> None:
    """Begin a journey with whatever the same message already says about its slots."""
    run = turn.start(journey)
    for name, raw in found.slots.items():
        slot = journey.slots.get(name)
        value = accepted(slot, raw) if slot is not None and slot.type != "text" else None
        if slot is not None and value is not None and turn.valid(run, slot, value):
            turn.fill(run, name, value, "message")
    proceed(turn, run, journey.order[0])


def _begin_human(turn: Turn) -> None:
    journey = turn.offered(turn.settings.human_journey)
    if journey is None:
        turn.say(turn.settings.texts.go_on, _titles(turn, ()))
        return
    begin(turn, journey)


def _cancel(turn: Turn, run: Run) -> None:
    turn.say(turn.settings.texts.cancelled)
    turn.end(run, CANCELLED)


def _unanswered(turn: Turn, run: Run, *, invalid: bool = False) -> None:
    """The answer did not contain what was asked for, or not as it has to be: asked again, a few times."""
    tries = run.tries + 1
    if tries >= turn.settings.slot_tries:
        take_branch(turn, run, run.path, "no_match")
        return
    turn.wait(run, run.path, run.waits_for, run.ref, tries)
    ask_again(turn, run, not_understood=True, invalid=invalid)


def _wants_human(turn: Turn, found: Understood) -> bool:
    return found.human or found.intent == turn.settings.human_journey


def _other_journey(turn: Turn, run: Run, found: Understood) -> Journey | None:
    """The journey that the message seems to be about, if it is another one."""
    journey = turn.offered(found.intent)
    own = {run.journey, *(caller.journey for caller in turn.state.callers_of(run))}
    return journey if journey is not None and journey.name not in own and not journey.matter else None


def _titles(turn: Turn, only: tuple[str, ...]) -> tuple[Choice, ...]:
    """Buttons for the journeys; only for some of them where the model hesitates between these."""
    menu = turn.menu()
    some = {name: title for name, title in menu.items() if name in only or title in only} or menu
    return tuple(Choice(value=name, label=title) for name, title in some.items())
