"""Does a release's connectors folder come to life, or say clearly why it cannot?"""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest

from interlock.connectors.opening import open_connectors
from interlock.kernel.documents import DefinitionError
from tests.connectors.systems import BANK, DOCUMENT, MANIFEST, SECRET, bank


def opened(of: Any = BANK, url: str = "", secret: str = SECRET, allow: tuple[str, ...] = (), **more: Any) -> Any:
    return open_connectors(of, lambda name, default: url or default, lambda name: secret, allow, **more)


def problems(*args: Any, **more: Any) -> str:
    with pytest.raises(DefinitionError) as raised:
        opened(*args, **more)
    return str(raised.value)


def test_the_documents_server_holds_unless_another_address_is_given() -> None:
    assert opened()["bank"].target.authority == "bank.example:443"
    assert opened(url="https://test.bank.example/v2")["bank"].target.authority == "test.bank.example:443"


def test_a_private_address_needs_to_be_allowed() -> None:
    assert "not on the public internet" in problems(url="http://127.0.0.1:8090")
    assert opened(url="http://127.0.0.1:8090", allow=("127.0.0.1:8090",))["bank"].target.port == 8090
    assert "not on the public internet" in problems(url="http://127.0.0.1:8091", allow=("127.0.0.1:8090",))


def test_a_missing_secret_is_named() -> None:
    assert "there is no secret 'bank_key'" in problems(secret="")


def test_a_secret_that_cannot_be_sent_is_not_repeated() -> None:
    found = problems(secret="top\nsecret")
    assert "cannot stand in a header" in found
    assert "top" not in found


def test_a_parameter_that_the_operation_does_not_have_is_named_with_the_one_meant() -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["actions"]["pay_plain"]["request"] = {"acount": "{account}", "amount": "{amount}"}
    found = problems(bank(manifest))
    assert "gives 'acount'" in found
    assert "did you mean 'account'?" in found


def test_a_required_parameter_that_nobody_gives_is_named() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/payments"]["post"]["requestBody"]["required"] = True
    manifest = copy.deepcopy(MANIFEST)
    manifest["actions"]["pay_plain"]["request"] = {"account": "{account}"}
    assert "does not give 'amount'" in problems(bank(manifest, document))


async def test_calls_are_told_with_the_connectors_name() -> None:
    seen: list[tuple[str, str]] = []
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={})))
    connectors = opened(
        allow=("bank.example:443",), client=client, on_call=lambda name, seconds, outcome: seen.append((name, outcome))
    )
    await connectors["bank"].read("getAccount", {"account": "acc-7"})
    assert seen == [("bank", "done")]
