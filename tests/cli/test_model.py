"""Does ``interlock model`` measure what a user gives it, say where a file is wrong, and show what a message means?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.main import app
from tests.runtime.small_centre import small_centre

KETTLE = ["the kettle is broken", "my kettle arrived broken", "kettle has a crack", "the kettle leaks", "broken kettle"]
PARCEL = ["where is my parcel", "parcel has not arrived", "track the parcel", "when does the parcel come", "no parcel"]


def rows(folder: Path, name: str, *lines: str) -> Path:
    file = folder / name
    file.write_text("\n".join(("text,intent", *lines)) + "\n", encoding="utf-8")
    return file


def evaluate(train: Path, test: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["model", "eval", "--train", str(train), "--test", str(test), *more])


def test_a_model_is_trained_and_measured_with_names_that_a_journey_could_not_have(tmp_path: Path) -> None:
    train = rows(
        tmp_path,
        "train.csv",
        *(f"{text},Broken kettle?" for text in KETTLE),
        *(f'"{text}, please",where_is_it' for text in PARCEL),
        *(f"{text},out_of_scope" for text in ("sing me a song", "what is the capital of France", "I like tea")),
        "hello there,Broken kettle?",
        "hello there,where_is_it",
    )
    test = rows(
        tmp_path, "test.csv", "my kettle is broken,Broken kettle?", "track my parcel,where_is_it", "sing,out_of_scope"
    )
    result = evaluate(train, test, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["accuracy"], told["in_scope_accuracy"], told["oos_recall"], told["oos_auroc"]) == (1, 1, 1, 1)
    assert (told["sentences"], told["contradicted"], told["confusions"]) == (3, 2, [])
    assert told["train_s"] > 0 and told["p99_ms"] > 0


def test_mistakes_are_told_by_the_names_that_the_file_has(tmp_path: Path) -> None:
    train = rows(tmp_path, "train.csv", *(f"{t},Broken [kettle]" for t in KETTLE), *(f"{t},parcel" for t in PARCEL))
    test = rows(tmp_path, "test.csv", "where is my parcel now,Broken [kettle]", "the kettle leaks,Broken [kettle]")
    result = evaluate(train, test)
    assert result.exit_code == 0, result.output
    assert "1 × Broken [kettle] taken for parcel" in result.output
    assert "50.0 %" in result.output


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("a,b", "only text,"), "test.csv:3:1: the intent is empty; give both, or leave it out"),
        (("where is it,tracking",), "test.csv:2:1: the intent 'tracking' is not in the file to learn from"),
        (("hello,out_of_scope",), "test.csv:1:1: no sentence has an intent"),
        ((), "test.csv:1:1: there is no sentence in it"),
        (('"open,parcel',), "this is no CSV"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_its_line(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    train = rows(tmp_path, "train.csv", *(f"{text},parcel" for text in PARCEL), "a,b")
    result = evaluate(train, rows(tmp_path, "test.csv", *lines))
    assert result.exit_code == 2
    assert said in result.output


def test_what_cannot_be_learned_from_is_told(tmp_path: Path) -> None:
    train = tmp_path / "train.csv"
    train.write_text("sentence,label\nhello,a\n", encoding="utf-8")
    result = evaluate(train, train)
    assert result.exit_code == 2 and "there is no column 'text'; begin with: text,intent" in result.output
    few = rows(tmp_path, "few.csv", "hello,a")
    result = evaluate(few, few)
    assert result.exit_code == 2 and "1 different example" in result.output
    missing = evaluate(tmp_path / "nowhere.csv", few)
    assert missing.exit_code == 2 and "cannot be read" in missing.output


def test_what_is_understood_of_a_message_is_shown(tmp_path: Path) -> None:
    def tried(*more: str) -> str:
        result = CliRunner().invoke(app, ["model", "try", *more])
        assert result.exit_code == 0, result.output
        return result.output

    shown = tried("das ist eine Frechheit, ich bin stinksauer").splitlines()
    assert shown[0].startswith("language   de, ") and shown[0].endswith("% sure")
    assert shown[1].startswith("sentiment  -0.") and shown[1].endswith(", negative")
    assert tried("A-1042") == "language   -\nsentiment  -\n"
    for place, text in small_centre().items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    told = json.loads(tried("I want my money back please", "--definitions", str(tmp_path), "--json"))
    assert told["intent"]["intent"] == "pay" and told["language"] == "en" and told["confidence"] > 0.6
