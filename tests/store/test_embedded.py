"""Does the private PostgreSQL start, answer and end as it should, whatever happened to it before?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from interlock.kernel.errors import Refused, Unavailable
from interlock.store.embedded import EmbeddedPostgres, running_dsn

FAST = {"fsync": "off"}
RECOVERY_LIMIT_S = 10.0


def postgres(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, settings=FAST)


def write(dsn: str, note: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", (note,))


def read(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note")]


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + RECOVERY_LIMIT_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that is made already and that nobody uses, for copies."""
    folder = tmp_path_factory.mktemp("made")
    with postgres(folder):
        pass
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A data folder of its own, made already: making one takes a second of a core."""
    subprocess.run(["cp", "-r", made, tmp_path / "data"], check=True)
    return tmp_path / "data"


@pytest.fixture
def other_program(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another Interlock, a process of its own, whose server on `data` holds the note 'kept'."""
    source = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from interlock.store.embedded import EmbeddedPostgres
        import psycopg
        with EmbeddedPostgres(Path({str(data)!r}), settings={FAST!r}) as server:
            with psycopg.connect(server.dsn) as connection:
                connection.execute("CREATE TABLE note (text text)")
                connection.execute("INSERT INTO note VALUES ('kept')")
            print(server.pid, flush=True)
            sys.stdin.readline()
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as program:
        yield program
        program.kill()


def server_pid(program: subprocess.Popen[str]) -> int:
    assert program.stdout is not None
    return int(program.stdout.readline())


def kill_with_its_watcher(program: subprocess.Popen[str], server: int) -> None:
    """Kill the program, and nobody is left to stop its server."""
    helpers = [child for child in psutil.Process(program.pid).children() if child.pid != server]
    assert helpers, "the program has no watcher"
    for helper in helpers:
        helper.kill()
    program.kill()
    program.wait()


async def test_a_new_folder_gets_a_database_and_the_next_start_finds_its_data(tmp_path: Path) -> None:
    data = tmp_path / "not" / "yet there"
    async with postgres(data) as server:
        write(server.dsn, "first")
    async with postgres(data) as server:
        assert read(server.dsn) == ["first"]


def test_it_is_durable_keeps_to_a_socket_and_ends_forgotten_transactions(data: Path) -> None:
    with EmbeddedPostgres(data) as server, psycopg.connect(server.dsn) as connection:
        names = ("fsync", "synchronous_commit", "listen_addresses", "server_encoding", "timezone")
        shown = [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names]
        assert shown == [("on",), ("on",), ("",), ("UTF8",), ("UTC",)]
        idle = connection.execute("SELECT current_setting('idle_in_transaction_session_timeout')").fetchone()
        assert idle == ("1min",)
        assert server.pid is not None
        assert not psutil.Process(server.pid).net_connections(kind="tcp")


def test_the_terminals_interrupt_does_not_reach_it(data: Path) -> None:
    with postgres(data) as server:
        assert server.pid is not None
        assert os.getsid(server.pid) != os.getsid(0)


def test_a_second_interlock_on_the_folder_is_refused_and_told_who_has_it(
    data: Path, other_program: subprocess.Popen[str]
) -> None:
    server_pid(other_program)
    with pytest.raises(Refused) as refusal:
        postgres(data).start()
    assert refusal.value.code == "data_in_use"
    assert refusal.value.reason == (f"another Interlock uses {data}, pid {other_program.pid}; stop it or choose --data")
    dsn = running_dsn(data)
    assert dsn is not None, "the refused start has disturbed the running server"
    assert read(dsn) == ["kept"]


def test_a_program_beside_it_finds_the_running_server_and_nothing_once_it_has_stopped(data: Path) -> None:
    assert running_dsn(data) is None
    with postgres(data) as server:
        assert running_dsn(data) == server.dsn
    assert running_dsn(data) is None


def test_the_server_ends_with_a_program_that_is_killed(data: Path, other_program: subprocess.Popen[str]) -> None:
    server = server_pid(other_program)
    other_program.kill()
    assert eventually(lambda: not alive(server))
    with postgres(data) as again:
        assert read(again.dsn) == ["kept"]


def test_a_server_that_was_left_behind_is_ended_by_the_next_start(
    data: Path, other_program: subprocess.Popen[str]
) -> None:
    left = server_pid(other_program)
    kill_with_its_watcher(other_program, left)
    assert alive(left)
    with postgres(data) as again:
        assert not alive(left)
        assert read(again.dsn) == ["kept"]


def test_a_stale_pid_file_whose_number_somebody_else_has_by_now_is_no_obstacle(
    data: Path, other_program: subprocess.Popen[str]
) -> None:
    killed = server_pid(other_program)
    os.kill(killed, signal.SIGKILL)
    kill_with_its_watcher(other_program, killed)
    pid_file = data / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert lines[0] == str(killed)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert running_dsn(data) is None
    with postgres(data) as again:
        assert read(again.dsn) == ["kept"]


def test_a_server_that_died_is_started_anew_under_the_same_address(data: Path) -> None:
    with postgres(data) as server:
        dsn, pid = server.dsn, server.pid
        assert pid is not None
        write(dsn, "committed")
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: server.pid is None)
        assert server.start() == dsn
        assert read(dsn) == ["committed"]
        assert server.start() == dsn  # running: left alone


def test_a_creation_that_was_cut_short_is_swept_away(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres.new-abc"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with postgres(tmp_path) as server:
        assert not unfinished.exists()
        write(server.dsn, "works")


def test_any_name_of_a_folder_will_do(tmp_path: Path) -> None:
    with postgres(tmp_path / ("x" * 120) / "a, b 'c' é" / 'say "x"') as server:
        write(server.dsn, "works")
        folder = server._socket_folder
    assert folder is not None
    assert folder.parent != Path("/tmp") or not folder.exists()


def test_the_callers_postgres_variables_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere", "PGUSER": "me", "PGDATA": "/x", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    with postgres(tmp_path) as server:
        write(server.dsn, "works")


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("a file")
    with pytest.raises(Refused, match=r"data cannot be the data folder: File exists .*; mend that or choose --data"):
        postgres(data).start()


@pytest.mark.parametrize(
    ("content", "message"),
    [({"PG_VERSION": "16\n"}, "made by PostgreSQL 16 and this is 18"), ({"holiday.jpg": ""}, "not a PostgreSQL data")],
)
def test_a_folder_with_something_else_in_it_is_left_as_it_is(
    tmp_path: Path, content: dict[str, str], message: str
) -> None:
    (tmp_path / "postgres").mkdir()
    for name, text in content.items():
        (tmp_path / "postgres" / name).write_text(text)
    with pytest.raises(Refused, match=message):
        postgres(tmp_path).start()
    assert {path.name: path.read_text() for path in (tmp_path / "postgres").iterdir()} == content


def test_a_failed_start_quotes_the_servers_log_and_gives_the_folder_free(data: Path) -> None:
    with pytest.raises(Unavailable, match='"shared_buffers": "a lot"'):
        EmbeddedPostgres(data, settings={"shared_buffers": "a lot"}).start()
    with postgres(data) as server:
        write(server.dsn, "works")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_copy_that_root_made_of_the_folder_starts(data: Path) -> None:
    with postgres(data) as server:
        write(server.dsn, "copied")
    copy = data.with_name("copy")
    subprocess.run(["cp", "-r", data, copy], check=True)
    with postgres(copy) as server:
        assert read(server.dsn) == ["copied"]


def test_the_socket_is_closed_to_other_accounts(data: Path) -> None:
    with postgres(data) as server:
        folder = server._socket_folder
        assert folder is not None
        assert folder.stat().st_mode & 0o077 == 0
        with socket.socket(socket.AF_UNIX) as ours:
            ours.connect(str(folder / ".s.PGSQL.5432"))
