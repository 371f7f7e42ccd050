"""Which outside URLs are safe to call, and is the address that was checked the one that is called?"""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import pytest

from interlock.connectors.addresses import Target, check_address, public_address, read_url
from interlock.connectors.http import HttpConnector
from interlock.kernel.errors import Refused, Unavailable
from tests.connectors.shop import SHOP


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://api.example.com", Target("https", "api.example.com", 443, "/")),
        ("http://API.example.com:8080/v1", Target("http", "api.example.com", 8080, "/v1")),
        ("http://127.0.0.1:8090", Target("http", "127.0.0.1", 8090, "/")),
        ("http://[::1]:8090/", Target("http", "::1", 8090, "/")),
        ("https://xn--bcher-kva.example", Target("https", "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_a_plain_url_is_read(url: str, target: Target) -> None:
    assert read_url(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "http://",
        "http://user:pass@example.com",
        "http://example.com?x=1",
        "http://example.com#x",
        "http://0177.0.0.1",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.0.0.1",
        "http://127.0.0.1.",
        "http://1.2.3.256",
        "http://example.0x7f",
        "http://１２７.0.0.1",
        "http://bücher.example",
        "http://[fe80::1%25eth0]",
        "http://[::1",
        "http://exa mple.com",
        "http://example.com\\@127.0.0.1",
        "http://example..com",
        "http://-example.com",
    ],
)
def test_an_odd_url_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="bad_url"):
        read_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "nonsense",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="address_not_public"):
        check_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_taken(address: str) -> None:
    assert check_address(address) == address


async def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(Refused, match="address_not_public"):
        await public_address(read_url("https://api.example.com"), resolve)


async def test_a_name_that_cannot_be_resolved_was_certainly_not_called() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable) as raised:
        await public_address(read_url("https://api.example.com"), resolve)
    assert raised.value.sent is False


async def test_the_address_that_was_checked_is_the_one_that_is_called_under_the_name_s_own_certificate() -> None:
    asked: list[tuple[str, int]] = []
    requests: list[httpx.Request] = []
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return next(answers)

    def shop(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"order_id": "A-1"})

    connector = HttpConnector(
        SHOP,
        "https://api.example.com/v1",
        resolve=resolve,
        client=lambda: httpx.AsyncClient(transport=httpx.MockTransport(shop)),
    )
    await connector.read("getOrder", {"order_id": "A-1"})
    await connector.read("getOrder", {"order_id": "A-1"})
    assert asked == [("api.example.com", 443)], "a name is resolved once, so that a second answer cannot lead elsewhere"
    assert [str(request.url) for request in requests] == ["https://8.8.8.8/v1/api/orders/A-1"] * 2
    assert requests[0].headers["host"] == "api.example.com"
    assert requests[0].extensions["sni_hostname"] == "api.example.com"


async def test_a_private_address_is_called_only_if_it_is_allowed_by_name() -> None:
    def shop(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={})

    def make(allowed: frozenset[str]) -> HttpConnector:
        return HttpConnector(
            SHOP,
            "http://127.0.0.1:8090",
            allowed=allowed,
            client=lambda: httpx.AsyncClient(transport=httpx.MockTransport(shop)),
        )

    for others in (frozenset[str](), frozenset({"127.0.0.1:8091"})):
        with pytest.raises(Unavailable, match="not on the public internet; allow it by name") as raised:
            await make(others).read("getOrder", {"order_id": "A-1"})
        assert raised.value.sent is False
    assert await make(frozenset({"127.0.0.1:8090"})).read("getOrder", {"order_id": "A-1"}) == {}
