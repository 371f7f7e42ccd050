"""Which texts do a journey and a tenant say to customers? One walk over them finds them all, and says them in other words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from msgspec import structs

from interlock.journeys.language import ChooseStep, HandOverStep, SayStep, Step
from interlock.journeys.model import DEFAULT, Journey, reason_of
from interlock.journeys.reminders import Remind
from interlock.journeys.slots import Slot
from interlock.kernel.template import Template
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.texts import Messaging

OF_HERS: Final = frozenset({"person"})
"""What a key says in the caller's place, so that it is understood: it is in the language of the examples."""

Say = Callable[[str], str]
"""A text in other words: its translation, or itself where it has none."""


def settings_in(tenant: TenantSettings, say: Say) -> TenantSettings:
    """The settings with everything that customers hear of them in the words of ``say``."""
    return structs.replace(
        tenant,
        greeting=say(tenant.greeting),
        machine_notice=say(tenant.machine_notice),
        consent_purposes={name: say(text) for name, text in tenant.consent_purposes.items()},
        texts=_words_in(tenant.texts, tenant.texts.__struct_fields__, say),
        voice=_words_in(tenant.voice, [name for name in tenant.voice.__struct_fields__ if name not in OF_HERS], say),
        messaging=_words_in(tenant.messaging, _texts_of(tenant.messaging), say),
        email=_words_in(tenant.email, _texts_of(tenant.email), say),
        matters=structs.replace(
            tenant.matters,
            texts=_words_in(tenant.matters.texts, tenant.matters.texts.__struct_fields__, say),
        ),
    )


def _texts_of(channel: Messaging) -> list[str]:
    """What a channel that is sent says, and the words that are written there: all but the action that sends it."""
    return [name for name in channel.__struct_fields__ if name != "action" and isinstance(getattr(channel, name), str)]


def _words_in(words: Any, names: Collection[str], say: Say) -> Any:
    return structs.replace(words, **{name: say(getattr(words, name)) for name in names})


def journey_in(journey: Journey, say: Say, shared: Say, shared_slots: Mapping[str, Slot]) -> Journey:
    """The journey in the words of ``say``; what it has from ``tenant.yaml`` in those of ``shared``."""
    title, about = say(journey.title), say(journey.about)
    steps: dict[str, Step] = {}
    for path, step in journey.steps.items():
        if isinstance(step, HandOverStep):
            step = structs.replace(step, reason=_for_agents(step, journey))
        steps[path] = step_in(step, shared if path.startswith(f"{DEFAULT}.") else say)
    slots = {
        name: slot_in(slot, shared if shared_slots.get(name) == slot else say) for name, slot in journey.slots.items()
    }
    return replace(journey, title=title, about=about, steps=steps, slots=slots)


def _for_agents(step: HandOverStep, journey: Journey) -> Template:
    """Why a person is asked for, as it is written, also where it names the journey."""
    text = reason_of(step, journey).text
    for name in ("title", "about"):
        text = text.replace(f"{{journey.{name}}}", getattr(journey, name).replace("{", "{{").replace("}", "}}"))
    return Template.compile(text)


def step_in(step: Step, say: Say) -> Step:
    changed: dict[str, Any] = {}
    match step:
        case SayStep(say=text):
            changed |= {"say": _template_in(text, say), "to": _all_in(step.to, say)}
        case ChooseStep(ask=asked, label=label):
            changed |= {"ask": _template_in(asked, say), "label": _template_in(label, say)}
    remind = getattr(step, "remind", None)
    if isinstance(remind, Remind):
        changed["remind"] = structs.replace(remind, say=_template_in(remind.say, say))
    return structs.replace(step, **changed) if changed else step


def slot_in(slot: Slot, say: Say) -> Slot:
    changed: dict[str, Any] = {}
    for name in ("ask", "again", "wrong"):
        if (text := getattr(slot, name)) is not None:
            changed[name] = _template_in(text, say)
    if slot.to:
        changed["to"] = _all_in(slot.to, say)
    if slot.options:
        changed["options"] = tuple(
            structs.replace(option, label=say(option.label), aliases=_both(option.label, option.aliases, say))
            for option in slot.options
        )
    return structs.replace(slot, **changed) if changed else slot


def _both(label: str, aliases: tuple[str, ...], say: Say) -> tuple[str, ...]:
    """What an answer may be called: as it is written, and in the other language."""
    said = say(label)
    written = aliases if said == label else (*aliases, label)
    return tuple(dict.fromkeys((*written, *(say(alias) for alias in aliases))))


def _all_in(texts: Mapping[str, Template], say: Say) -> dict[str, Template]:
    return {name: _template_in(text, say) for name, text in texts.items()}


def _template_in(text: Template, say: Say) -> Template:
    said = say(text.text)
    return text if said == text.text else Template.compile(said)
