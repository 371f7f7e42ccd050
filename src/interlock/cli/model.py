"""``interlock model``: what does the built-in model make of a message, and how good is it on somebody's own sentences?"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock.cli.running import fail, read, run
from interlock.connectors.tones import language_of, tone_of
from interlock.dialogue.intents import Ambiguous, Recognised
from interlock.dialogue.measuring import Confusion, Guess, Measured, measure
from interlock.dialogue.sentiment import word_for
from interlock.dialogue.wording import MAX_CHARACTERS, normalised
from interlock.kernel.documents import DefinitionError, Problem
from interlock.runtime.definitions import build, read_folder
from interlock.runtime.training import OUT_OF_SCOPE, BadExamples, TrainingFailed, loaded, train_in_subprocess
from interlock.vocabulary.settings import Understanding
from interlock.vocabulary.tone import Tone

app = typer.Typer(no_args_is_help=True, help="Models: eval, try.")

COLUMNS: Final = ("text", "intent")
TRAIN_WITHIN_S: Final = 600.0
CONFUSIONS_SHOWN: Final = 12
CONFUSIONS_TOLD: Final = 200
"""In JSON."""


class Sentence(NamedTuple):
    """One row of a file; an empty ``intent`` is none that is known."""

    line: int
    text: str
    intent: str


@app.callback()
def models() -> None:
    """The models that understand customers."""


@app.command("eval")
def evaluate(
    train: Annotated[Path, typer.Option(help="CSV to learn from: text,intent. The intent out_of_scope is none.")],
    test: Annotated[Path, typer.Option(help="CSV to measure on, with the same columns.")],
    language: Annotated[str, typer.Option(help="ISO 639-1 code of the sentences.")] = "en",
    understanding: Annotated[
        Understanding, typer.Option(help="words, or minilm: meanings too, with the extra interlock[minilm].")
    ] = "words",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Train the built-in model on one file and measure it on another."""
    learned, asked = _sentences(train), _sentences(test)
    _check(test, asked, {each.intent for each in learned})

    async def work() -> tuple[Measured, dict[str, float]]:
        return await _measured(learned, asked, language, understanding)

    measured, figures = run(work)
    if as_json:
        told: dict[str, Any] = {**_rounded(measured), **figures, "sentences": len(asked)}
        told["confusions"] = [_told(each) for each in measured.confusions[:CONFUSIONS_TOLD]]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    _show(measured, figures, len(asked))


@app.command("try")
def attempt(
    text: Annotated[str, typer.Argument(help="What a customer could write.")],
    definitions: Annotated[
        Path | None, typer.Option(help="The directory of the definitions whose journeys are meant; none: no intent.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show what the built-in model makes of a message: its intent, its language, its sentiment."""
    language, confidence = language_of(text) or (None, None)
    sentiment = (tone_of(text) or Tone()).sentiment
    told: dict[str, Any] = {"language": language, "confidence": confidence, "sentiment": sentiment}
    understood: Recognised | Ambiguous | None = None
    if definitions is not None:
        understood = run(lambda: build(read_folder(definitions))).intents.understand(text)
        told["intent"] = msgspec.to_builtins(understood)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if definitions is not None:
        typer.echo(f"intent     {_intent(understood)}")
    typer.echo(f"language   {'-' if language is None else f'{language}, {confidence:.0%} sure'}")
    typer.echo(f"sentiment  {'-' if sentiment is None else f'{sentiment:+.2f}, {word_for(sentiment)}'}")


def _intent(understood: Recognised | Ambiguous | None) -> str:
    match understood:
        case Recognised(intent, probability):
            return f"{intent}, {probability:.0%} sure"
        case Ambiguous(first, second):
            return f"{first.intent} or {second.intent}"
    return "-"


def _sentences(file: Path) -> list[Sentence]:
    """The rows of a CSV file, or the end of the program with every line that cannot be used."""
    problems: list[Problem] = []
    found: list[Sentence] = []
    reader = csv.DictReader(read(file).lstrip("\ufeff").splitlines(keepends=True), strict=True)
    try:
        names = tuple(name.strip() for name in reader.fieldnames or ())
        if missing := [name for name in COLUMNS if name not in names]:
            raise DefinitionError([_problem(file, 1, f"there is no column '{missing[0]}'", "begin with: text,intent")])
        reader.fieldnames = names
        for row in reader:
            text, intent = (row["text"] or "").strip(), (row["intent"] or "").strip()
            if not text or not intent:
                which = "text" if not text else "intent"
                problems.append(_problem(file, reader.line_num, f"the {which} is empty", "give both, or leave it out"))
            found.append(Sentence(reader.line_num, text[:MAX_CHARACTERS], "" if intent == OUT_OF_SCOPE else intent))
    except csv.Error as error:
        problems.append(_problem(file, reader.line_num, f"this is no CSV: {error}", "quote texts that hold commas"))
    except DefinitionError as error:
        fail(str(error))
    if not found and not problems:
        problems.append(_problem(file, 1, "there is no sentence in it", "write one in each line"))
    if problems:
        fail(str(DefinitionError(problems)))
    return found


def _check(file: Path, asked: Sequence[Sentence], known: set[str]) -> None:
    """What nobody can have learned is a slip, or a file of something else."""
    problems = [
        _problem(file, each.line, f"the intent '{each.intent}' is not in the file to learn from", "take the same names")
        for each in asked
        if each.intent and each.intent not in known
    ]
    if not any(each.intent for each in asked):
        problems.append(_problem(file, 1, "no sentence has an intent", "measure on some that have one"))
    if problems:
        fail(str(DefinitionError(problems)))


def _problem(file: Path, line: int, what: str, mend: str) -> Problem:
    return Problem(str(file), line, 1, what, mend)


async def _measured(
    learned: Sequence[Sentence], asked: Sequence[Sentence], language: str, understanding: Understanding
) -> tuple[Measured, dict[str, float]]:
    names = sorted({each.intent for each in learned if each.intent})
    # Journeys have plain names; whatever a file calls its intents is numbered for the model.
    number = {name: f"intent_{at}" for at, name in enumerate(names)} | {"": OUT_OF_SCOPE}
    examples, contradicted = _examples(learned, language)
    began = time.perf_counter()
    try:
        raw = await train_in_subprocess(
            {number[intent]: texts for intent, texts in examples.items()},
            language,
            understanding,
            timeout_s=TRAIN_WITHIN_S,
        )
    except (BadExamples, TrainingFailed) as error:
        fail(str(error))
    train_s = time.perf_counter() - began
    model = loaded(raw)
    name_of = {of: name for name, of in number.items()}
    model.understand("warm up")
    guesses: list[Guess] = []
    took: list[float] = []
    for each in asked:
        began = time.perf_counter()
        understood = model.understand(each.text)
        took.append((time.perf_counter() - began) * 1000)
        (intent, score), *_ = model.rank(each.text)
        accepted = isinstance(understood, Recognised | Ambiguous)
        guesses.append(Guess(each.intent, name_of[intent], score, accepted))
    took.sort()
    figures = {
        "p99_ms": round(took[min(int(len(took) * 0.99), len(took) - 1)], 3),
        "train_s": round(train_s, 2),
        "contradicted": contradicted,
    }
    return measure(guesses), figures


def _examples(learned: Sequence[Sentence], language: str) -> tuple[dict[str, list[str]], int]:
    """Texts by intent; one that two intents claim teaches nothing, and is left out and counted."""
    owners: dict[str, set[str]] = {}
    for each in learned:
        owners.setdefault(normalised(each.text, language), set()).add(each.intent)
    examples: dict[str, list[str]] = {}
    contradicted = 0
    for each in learned:
        plain = normalised(each.text, language)
        if len(owners[plain]) > 1 or not plain:
            contradicted += 1
        else:
            examples.setdefault(each.intent, []).append(each.text)
    return examples, contradicted


def _rounded(measured: Measured) -> dict[str, float | None]:
    figures = measured._asdict()
    del figures["confusions"]
    return {name: None if share is None else round(share, 4) for name, share in figures.items()}


def _told(confusion: Confusion) -> dict[str, Any]:
    named = {"truth": confusion.truth or OUT_OF_SCOPE, "taken_for": confusion.taken_for or OUT_OF_SCOPE}
    return {**named, "times": confusion.times}


def _show(measured: Measured, figures: dict[str, float], count: int) -> None:
    console = Console(highlight=False, soft_wrap=True)
    rows = Table(box=None, show_header=True, pad_edge=False)
    rows.add_column(f"of {count} sentences")
    rows.add_column("nothing rejected" if measured.oos_recall is None else "95 % kept", justify="right")
    rows.add_column("own threshold", justify="right")
    shares = measured._asdict()
    for name in ("accuracy", "in_scope_accuracy", "oos_recall"):
        rows.add_row(name, _percent(shares[name]), _percent(shares[f"own_{name}"]))
    if measured.oos_auroc is not None:
        rows.add_row("oos_auroc", f"{measured.oos_auroc:.3f}")
    console.print(rows)
    console.print(f"trained in {figures['train_s']} s; a sentence takes {figures['p99_ms']} ms (p99)")
    if figures["contradicted"]:
        console.print(f"{figures['contradicted']} sentences stand under several intents and were not learned from")
    for one in map(_told, measured.confusions[:CONFUSIONS_SHOWN]):
        console.print(f"{one['times']:5} × {escape(one['truth'])} taken for {escape(one['taken_for'])}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
