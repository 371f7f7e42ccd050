"""Is a mistake of whoever runs Interlock or writes its definitions told clearly, and does what runs go on?"""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path

import pytest

from tests.system.customers import Customer
from tests.system.nursing import Child, wait_until
from tests.system.processes import DEFINITIONS, Place, free_port, readiness

BAD_SETTING = 2
NOT_REACHED = 3
ENDS_WITHIN_S = 20
"""No promise, only an end to waiting for a node that does not see its mistake."""


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the demo's definitions with one mistake."""
    copy = Path(shutil.copytree(DEFINITIONS, folder / "definitions"))
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text, f"{file} does not have {old!r} any more"
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def line_of(folder: Path, file: str, words: str) -> str:
    """The place that an error has to name."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return f"{file}:{next(number for number, text in enumerate(lines, 1) if words in text)}"


MISTAKES: list[tuple[str, str, str, str, str]] = [
    # file, what is right, what is wrong, where it has to point to, what has to be written instead
    ("journeys/damaged_item.yaml", "  - ask: order_no", "  - aks: order_no", "aks: order_no", "ask"),
    ("journeys/damaged_item.yaml", "do: shop.refund_item", "do: shop.refund_itme", "refund_itme", "shop.refund_item"),
    ("journeys/talk_to_human.yaml", "hand_over: care", "hand_over: caer", "hand_over: caer", "care"),
    ("journeys/order_status.yaml", "steps:\n", "steps: [\n", "  - ask: order_no", ""),
    ("policies/refund.cedar", "context.args.amount > 2500", "context.args.amount >> 2500", ">> 2500", ""),
    ("policies/refund.cedar", '@remedy("confirm")', '@remedy("confrim")', '@remedy("confrim")', "confirm"),
    ("queues/care.yaml", "answered_within: 60s", "answered_within: soon", "answered_within: soon", "20s"),
    ("tenant.yaml", "currency: EUR", "curency: EUR", "curency: EUR", "currency"),
]


@pytest.mark.parametrize(("file", "right", "wrong", "where", "instead"), MISTAKES, ids=[one[2] for one in MISTAKES])
def test_check_names_the_file_and_the_line_of_a_mistake_and_what_to_write(
    place: Place, tmp_path: Path, file: str, right: str, wrong: str, where: str, instead: str
) -> None:
    folder = changed(tmp_path, file, right, wrong)
    told = place.run("check", str(folder))
    assert told.wait() == BAD_SETTING, told.said
    assert line_of(folder, file, where) in told.said, told.said
    assert instead in told.said.replace(wrong, ""), told.said
    assert "Traceback" not in told.said


def test_rules_that_do_something_else_than_a_case_says_are_not_published(place: Place, tmp_path: Path) -> None:
    folder = changed(tmp_path, "policies/refund.cedar", "context.args.amount > 2500 ", "context.args.amount > 2600 ")
    told = place.run("check", str(folder))
    assert told.wait() == BAD_SETTING, told.said
    assert line_of(folder, "cases/refund.yaml", "case: 25.01 needs a code") in told.said, told.said
    assert "the case '25.01 needs a code' does not hold: the gate says" in told.said


def test_a_rule_that_no_case_needs_is_told_and_does_no_harm(place: Place, tmp_path: Path) -> None:
    never = (
        '@id("refund.never") @reason("Never.")\nforbid (principal, action == Action::"shop.refund_item", resource)\n'
    )
    mine = '@id("refund.confirm")'
    folder = changed(
        tmp_path, "policies/refund.cedar", mine, f"{never}when {{ context.args.amount > 490000 }};\n\n{mine}"
    )
    for scenario in (folder / "scenarios").glob("*.yaml"):  # whether all of them hold is looked at elsewhere
        if scenario.name != "order_status.yaml":
            scenario.unlink()
    told = place.run("check", str(folder))
    assert told.wait() == 0, told.said
    assert told.said.count("no case needs") == told.said.count("no case needs 'refund.never'") == 1


def test_publishing_a_mistake_changes_nothing(place: Place, tmp_path: Path) -> None:
    folder = changed(tmp_path, "journeys/damaged_item.yaml", "  - ask: order_no", "  - aks: order_no")
    _, url = place.serve()
    before = readiness(url)[1]["release"]
    told = place.run("publish", str(folder))
    assert told.wait() == BAD_SETTING, told.said
    assert line_of(folder, "journeys/damaged_item.yaml", "aks") in told.said
    assert readiness(url)[1]["release"] == before


async def test_a_node_that_starts_on_definitions_with_a_mistake_says_so_and_runs_the_version_in_force(
    place: Place, tmp_path: Path
) -> None:
    folder = changed(tmp_path, "policies/refund.cedar", "context.args.amount > 2500", "context.args.amount >> 2500")
    before, url = place.serve()
    release = readiness(url)[1]["release"]
    before.stop()
    node, url = place.serve(INTERLOCK_DEFINITIONS=str(folder))
    assert readiness(url)[1]["release"] == release
    assert line_of(folder, "policies/refund.cedar", ">> 2500") in node.said
    customer = await Customer(url).begin()
    await customer.say("Where is my order?")
    await customer.hears("order number")
    await customer.close()


async def test_a_release_whose_secret_a_running_node_does_not_have_is_told_of_and_the_node_goes_on(
    place: Place, tmp_path: Path
) -> None:
    folder = changed(
        tmp_path, "connectors/shop/manifest.yaml", "credential: shop_api_key", "credential: shop_api_key_2"
    )
    shutil.rmtree(folder / "scenarios")  # they hold as they did
    node, url = place.serve()
    release = readiness(url)[1]["release"]
    told = place.run("publish", str(folder))
    assert await asyncio.to_thread(told.wait) == 0, told.said
    await asyncio.to_thread(wait_until, "the node to hear of it", lambda: "SHOP_API_KEY_2" in node.said)
    assert readiness(url)[1]["release"] == release
    customer = await Customer(url).begin()
    await customer.say("Where is my order?")
    await customer.hears("order number")
    await customer.close()


def test_a_first_start_on_definitions_with_a_mistake_ends_with_what_is_wrong(
    place: Place, database_url: str, tmp_path: Path
) -> None:
    folder = changed(tmp_path, "journeys/damaged_item.yaml", "  - ask: order_no", "  - aks: order_no")
    node, _ = place.begin(DATABASE_URL=database_url, INTERLOCK_DEFINITIONS=str(folder))
    assert node.wait() == BAD_SETTING, node.said
    assert line_of(folder, "journeys/damaged_item.yaml", "aks") in node.said
    assert "Traceback" not in node.said


def refused(place: Place, *words: str, port: int = 0, **settings: str) -> None:
    """A node that is started so does not start, and says these words."""
    ends_for(place.run("serve", "--port", str(port or free_port()), **settings), *words)


def ends_for(node: Child, *words: str) -> None:
    """The node ends with the code for bad settings and says these words, and no traceback."""
    assert node.wait(ENDS_WITHIN_S) == BAD_SETTING, node.said
    for word in words:
        assert word in node.said, f"{word!r} is not in: {node.said}"
    assert "Traceback" not in node.said, node.said


def test_a_port_that_is_in_use_is_named(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(place, str(port), "--port", port=port)


WRONG_SETTINGS: list[tuple[dict[str, str], list[str]]] = [
    ({"INTERLOCK_FOO": "1"}, ["INTERLOCK_FOO", "INTERLOCK_DATABASE_URL"]),
    ({"INTERLOCK_POOL": "many"}, ["INTERLOCK_POOL", "many"]),
    ({"INTERLOCK_POOL": "0"}, ["INTERLOCK_POOL"]),
    ({"INTERLOCK_DEMO": "perhaps"}, ["INTERLOCK_DEMO"]),
    ({"INTERLOCK_LOG_FORMAT": "xml"}, ["INTERLOCK_LOG_FORMAT", "console", "json"]),
    ({"INTERLOCK_LOG_LEVEL": "loud"}, ["INTERLOCK_LOG_LEVEL", "debug"]),
    ({"DATABASE_URL": "mysql://somewhere/else"}, ["DATABASE_URL", "postgresql://"]),
    ({"DATABASE_URL": "just some words"}, ["DATABASE_URL", "postgresql://"]),
    ({"DATABASE_URL": "postgresql://127.0.0.1:notaport/x"}, ["DATABASE_URL", "notaport"]),
    ({"INTERLOCK_CREDENTIAL_SHOP_API_KEY": ""}, ["INTERLOCK_CREDENTIAL_SHOP_API_KEY"]),
    ({"INTERLOCK_CONNECTOR_SHOP_URL": "shop"}, ["INTERLOCK_CONNECTOR_SHOP_URL"]),
    ({"INTERLOCK_TENANT": ""}, ["INTERLOCK_TENANT"]),
]


@pytest.mark.parametrize(("settings", "words"), WRONG_SETTINGS, ids=lambda value: str(value)[:60])
def test_a_setting_that_does_not_fit_is_named_with_what_it_should_be(
    place: Place, settings: dict[str, str], words: list[str]
) -> None:
    node = place.run("serve", "--port", str(free_port()), **settings)
    ends_for(node, *words)


def test_a_database_that_cannot_be_reached_is_named_by_a_command(place: Place) -> None:
    told = place.run("migrate", DATABASE_URL=f"postgresql://interlock@127.0.0.1:{free_port()}/interlock")
    assert told.wait() == NOT_REACHED, told.said
    assert "database" in told.said and "Traceback" not in told.said, told.said


def test_a_node_that_waits_for_its_database_can_be_stopped(place: Place) -> None:
    node, _ = place.begin(DATABASE_URL=f"postgresql://interlock@127.0.0.1:{free_port()}/interlock")
    wait_until("the node to say that it waits", lambda: "does not answer yet" in node.said)
    node.stop()
    assert node.said.count("does not answer yet") < 10, "it waited to the end"
    assert "Traceback" not in node.said, node.said


async def test_a_key_file_that_is_not_the_databases_own_is_refused_and_nothing_is_lost(
    place: Place, tmp_path: Path
) -> None:
    node, url = place.serve()
    customer = await Customer(url).begin()
    await customer.say("Where is my order?")
    await customer.hears("order number")
    await asyncio.to_thread(node.stop)
    await asyncio.to_thread(refused, place, "key file", INTERLOCK_KEY_FILE=str(tmp_path / "another" / "keys.json"))
    nonsense = tmp_path / "nonsense.json"
    nonsense.write_text("these are no keys")
    await asyncio.to_thread(refused, place, str(nonsense), "key file", INTERLOCK_KEY_FILE=str(nonsense))
    _, url = place.serve()
    customer.urls[:] = [url]
    page = customer.again(url)
    await page.connect()
    await page.hears("order number")
    assert "Where is my order?" in page.texts
    for one in (customer, page):
        await one.close()


def test_a_second_server_on_the_same_data_folder_is_refused_and_the_first_goes_on(place: Place, tmp_path: Path) -> None:
    data = tmp_path / "d"
    first, url = place.serve(DATABASE_URL="", INTERLOCK_DATA=str(data))
    refused(
        place, "another Interlock uses", str(data), str(first.pid), "--data", DATABASE_URL="", INTERLOCK_DATA=str(data)
    )
    assert readiness(url)[0] == 200
    assert first.stop() == 0, first.said
