"""Can nothing but public addresses be reached, however they are written and whatever a name server says?"""

from __future__ import annotations

import httpx
import pytest

from interlock.connectors.addresses import check_address, public_address, read_url
from interlock.connectors.http import HttpConnector
from interlock.kernel.errors import Refused, Unavailable
from tests.connectors.systems import BANK, SECRET

PUBLIC = "93.184.215.14"
ACCOUNT = {"account": "acc-7"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d70e",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:5db8:d70e::1",
        "2001:0:4136:e378::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "0177.0.0.1",
        "localhost",
        "",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="address_not_public"):
        check_address(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_taken(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://ⓛocalhost/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://user:secret@shop.example/",
        "http://shop.example@127.0.0.1/",
        "https://shop.example/?a=1",
        "https://shop.example/#a",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "//shop.example/",
        "/api",
        "",
        "https://",
        "https:///api",
        "https://a b/",
        "https://-a.example/",
    ],
)
def test_an_address_in_an_odd_form_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="bad_url"):
        read_url(url)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://shop.example/api", "shop.example:443"),
        ("http://SHOP.example:8080", "shop.example:8080"),
        ("http://127.0.0.1:8090", "127.0.0.1:8090"),
        ("http://[::1]:8090/", "[::1]:8090"),
    ],
)
def test_a_usual_address_is_read(url: str, authority: str) -> None:
    assert read_url(url).authority == authority


async def test_one_private_address_among_public_ones_is_enough_to_refuse_a_name() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return [PUBLIC, "127.0.0.1"]

    with pytest.raises(Refused, match="address_not_public"):
        await public_address(read_url("https://shop.example"), resolve)


async def test_a_name_that_is_not_known_is_unavailable_and_nothing_was_sent() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable) as raised:
        await public_address(read_url("https://shop.example"), resolve)
    assert not raised.value.sent


class Names:
    """A name server that answers as told, one answer after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> list[str]:
        return [self.answers.pop(0)]


def bank(names: Names, seen: list[httpx.Request], allowed: frozenset[str] = frozenset()) -> HttpConnector:
    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return HttpConnector(BANK.connectors["bank"], "", SECRET, allowed=allowed, client=lambda: client, resolve=names)


async def test_what_was_checked_is_what_is_connected_to_though_the_name_points_elsewhere_by_then() -> None:
    seen: list[httpx.Request] = []
    of = bank(Names(PUBLIC, "127.0.0.1"), seen)
    await of.read("getAccount", ACCOUNT)
    await of.read("getAccount", ACCOUNT)
    assert [each.url.host for each in seen] == [PUBLIC, PUBLIC]
    assert seen[0].headers["host"] == "bank.example"
    # The certificate is checked for the name.
    assert seen[0].extensions["sni_hostname"] == "bank.example"


async def test_a_name_that_leads_inside_is_not_called() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(Unavailable, match="not on the public internet") as raised:
        await bank(Names("10.0.0.5"), seen).read("getAccount", ACCOUNT)
    assert not raised.value.sent
    assert seen == []


async def test_a_system_within_the_own_network_is_called_by_its_name_once_it_is_allowed() -> None:
    seen: list[httpx.Request] = []
    await bank(Names(), seen, frozenset({"bank.example:443"})).read("getAccount", ACCOUNT)
    assert seen[0].url.host == "bank.example"
    with pytest.raises(Unavailable):
        await bank(Names("10.0.0.5"), seen, frozenset({"bank.example:8443"})).read("getAccount", ACCOUNT)
