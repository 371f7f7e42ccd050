"""How does a command of ``interlock`` run: settings first, then the work, and every mistake told in words."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer
import uvloop
from rich.console import Console

from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused, Unavailable
from interlock.runtime.settings import Settings, read_settings
from interlock.runtime.telemetry import configure_logs

T = TypeVar("T")
As = Annotated[str, typer.Option("--as", help="Your login; asks for your password (or reads it from a pipe).")]
PerhapsAs = Annotated[
    str | None, typer.Option("--as", help="Your login; asks for your password, or reads it from a pipe.")
]
errors: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(text: str, code: int = 2) -> NoReturn:
    """Say what is wrong and end."""
    errors.print(text, style="bold red")
    raise typer.Exit(code)


def settings_from(**given: Any) -> Settings:
    """The settings, or the end of the program with what is wrong with them."""
    try:
        settings = read_settings(**given)
    except Refused as refusal:
        fail(refusal.reason)
    configure_logs(settings.log_level, settings.log_format)
    return settings


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run to the end; what the user can mend is told in words, everything else is a bug and is loud."""
    try:
        return uvloop.run(_awaited(work))
    except Refused as refusal:
        fail(refusal.reason)
    except DefinitionError as error:
        fail(str(error))
    except Unavailable as error:
        fail(f"{error.system}: {error.reason}", 3)
    except _known() as error:
        fail(str(error))


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def _known() -> tuple[type[Exception], ...]:
    from interlock.store.migrate import MigrationError
    from interlock.store.vault import KeyFileError

    return (MigrationError, KeyFileError)


def read(file: Path) -> str:
    """The text of a file that was named, or the end of the program."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}.")


def write(file: Path, text: str) -> None:
    """Write a file that was named, or end the program."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error}.")


def password_of(login: str | None) -> str:
    """The password of whoever was named; empty where nobody was."""
    if login is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(f"Password of {login}", hide_input=True))
