"""Does the demo shop behave as a process: starting, refusing to start, losing answers, surviving a kill?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "shop"))

from shop.__main__ import main

ROOT = Path(__file__).parents[2]
KEYS = {"X-Api-Key": "demo-key", "X-Admin-Key": "demo-admin"}
KETTLE = {"order_id": "A-1042", "item_id": "i-1", "amount": {"amount": 500, "currency": "EUR"}}


def start(data: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shop", "--data", str(data), *options],
        env={**os.environ, "PYTHONPATH": str(ROOT / "examples" / "shop")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def opened(process: subprocess.Popen[str]) -> httpx.Client:
    """Wait for the line that says where the shop is."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Kettle & Crane is open at http://127.0.0.1:"), line
    return httpx.Client(base_url=line.split()[6], headers=KEYS, timeout=10)


def refused(data: Path, *options: str) -> tuple[int, str]:
    """The exit code and the message of a shop that cannot start."""
    process = start(data, *options)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(data: Path) -> Iterator[httpx.Client]:
    process = start(data, "--port", "0")
    try:
        with opened(process) as client:
            yield client
    finally:
        process.kill()
        process.communicate(timeout=20)


def test_a_lost_answer_is_a_cut_connection_after_the_work_was_done(shop: httpx.Client) -> None:
    shop.put("/admin/faults", json={"lose_answer": 1, "only": "createRefund"})
    with pytest.raises(httpx.RemoteProtocolError):
        shop.post("/api/refunds", json=KETTLE, headers={"Idempotency-Key": "lost-1"})
    found = shop.get("/api/refunds", params={"reference": "lost-1"}).json()["refunds"]
    assert [refund["amount"]["amount"] for refund in found] == [500]
    again = shop.post("/api/refunds", json=KETTLE, headers={"Idempotency-Key": "lost-1"})
    assert (again.status_code, again.json()) == (201, found[0])
    assert shop.get("/admin/faults").json()["lost"] == 1


def test_an_endpoint_without_keys_refunds_twice_if_a_lost_answer_is_tried_again(shop: httpx.Client) -> None:
    shop.put("/admin/faults", json={"lose_answer": 1, "only": "createRefundPlain"})
    body = {**KETTLE, "item_id": "i-2", "reference": "lost-2"}
    with pytest.raises(httpx.RemoteProtocolError):
        shop.post("/api/refunds-without-key", json=body)
    assert shop.post("/api/refunds-without-key", json=body).status_code == 201
    assert len(shop.get("/api/refunds", params={"reference": "lost-2"}).json()["refunds"]) == 2


def test_a_refusal_is_told_and_does_not_count_as_a_lost_answer(shop: httpx.Client) -> None:
    shop.put("/admin/faults", json={"lose_answer": 1})
    assert shop.get("/api/orders/A-9999").status_code == 404
    assert shop.get("/admin/faults").json()["faults"]["lose_answer"] == 1
    shop.delete("/admin/faults")


def test_a_second_shop_on_the_same_folder_is_refused_and_the_first_goes_on(shop: httpx.Client, data: Path) -> None:
    code, errors = refused(data, "--port", "0")
    assert code == 2
    assert f"The data folder {data} is in use by another shop" in errors
    assert "Traceback" not in errors
    assert shop.get("/api/health").json()["status"] == "ok"


def test_a_port_in_use_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, errors = refused(tmp_path / "new", "--port", str(port))
    assert code == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "eighty"), ("--today", "yesterday"), ("--interlock", "javascript:alert(1)")]
)
def test_an_option_that_makes_no_sense_is_refused(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([option, value])
    assert leaving.value.code == 2
    errors = capsys.readouterr().err
    assert option in errors and value in errors


def test_a_file_that_is_no_shop_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite3").write_text("my shopping list " * 100)
    code, errors = refused(tmp_path, "--port", "0")
    assert code == 2
    assert "cannot be used" in errors and "Traceback" not in errors
    assert (tmp_path / "shop.sqlite3").read_text().startswith("my shopping list")


def test_what_was_answered_survives_a_kill_and_a_term_ends_in_order(tmp_path: Path) -> None:
    process = start(tmp_path, "--port", "0", "--today", "2026-03-02")
    with opened(process) as shop:
        made = shop.post("/api/refunds", json=KETTLE, headers={"Idempotency-Key": "k"}).json()
    process.kill()
    process.communicate(timeout=20)

    process = start(tmp_path, "--port", "0", "--today", "2026-09-09")
    with opened(process) as shop:
        assert shop.get("/api/refunds", params={"reference": "k"}).json() == {"refunds": [made]}
        # The day counts at the first start only.
        assert shop.get("/api/orders/A-1042").json()["delivered_at"] == "2026-02-27T11:05:00Z"
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
