"""What is certain when a real connection breaks: before the request, after it, or in the middle of the answer?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from interlock.connectors.contract import Done
from interlock.connectors.http import HttpConnector, http_client
from interlock.kernel.errors import Unavailable
from tests.connectors.shop import REFUND, action, allowed, real

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """A server on this machine that talks as a test wants it to, and knows how many requests it has read whole."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.connections = 0
        self.requests = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._request(reader):
                await self._talk(reader, writer)
                if writer.is_closing():
                    return
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> bool:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        length = next(
            (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        await reader.readexactly(length)
        self.requests += 1
        return True


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[Server]:
    server = Server(talk)
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()


async def _perform(of: HttpConnector) -> object:
    return await of.perform(allowed(), action("shop.refund_item"), REFUND, "pr_1")


async def _trouble(of: HttpConnector) -> Unavailable:
    try:
        with pytest.raises(Unavailable) as raised:
            await _perform(of)
        return raised.value
    finally:
        await of.aclose()


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    await writer.drain()


async def test_a_connection_is_kept_for_the_next_call() -> None:
    async with serving(_answers) as server:
        shop = real(server.port)
        assert await _perform(shop) == Done({})
        assert await _perform(shop) == Done({})
        await shop.aclose()
        assert (server.connections, server.requests) == (1, 2)


async def test_a_server_that_is_not_there_was_certainly_not_called() -> None:
    async with serving(_answers) as server:
        port = server.port
    trouble = await _trouble(real(port))
    assert trouble.sent is False


async def test_did_it_but_the_answer_got_lost() -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serving(hangs_up) as server:
        trouble = await _trouble(real(server.port))
        assert trouble.sent is True
        assert server.requests == 1, "it is not tried again here: that is decided elsewhere, by what is certain"


async def test_an_answer_that_breaks_off_is_lost() -> None:
    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK[:-1])
        await writer.drain()
        writer.close()

    async with serving(breaks_off) as server:
        trouble = await _trouble(real(server.port))
        assert trouble.sent is True


async def test_an_answer_that_is_no_http_is_lost() -> None:
    async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()

    async with serving(babbles) as server:
        trouble = await _trouble(real(server.port))
        assert trouble.sent is True


async def test_a_server_that_is_silent_may_have_done_it() -> None:
    heard = asyncio.Event()
    done = asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set()
        await done.wait()
        writer.close()

    async with serving(says_nothing) as server:
        trouble = await _trouble(real(server.port, timeout_s=0.1))
        assert heard.is_set()
        assert trouble.sent is True
        done.set()


async def test_a_server_that_drips_its_answer_does_not_hold_us() -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not writer.is_closing() and not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0.005)
        writer.close()

    async with serving(drips) as server:
        # Every single read is in time; the whole is not.
        trouble = await _trouble(real(server.port, timeout_s=0.15))
        assert trouble.sent is True
        assert "within 0.15 s" in str(trouble)


async def test_a_call_that_waits_for_a_connection_until_its_time_is_over_was_certainly_not_sent() -> None:
    heard = asyncio.Event()
    done = asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set()
        await done.wait()
        writer.close()

    async with serving(says_nothing) as server:
        pool = http_client(0.2, 1)
        # The pool gives up after half of its time, which is before the time of the call is over.
        pool.timeout = httpx.Timeout(5.0, pool=0.1)
        patient, hasty = (real(server.port, client=lambda: pool) for _ in range(2))
        first = asyncio.create_task(_perform(patient))
        await heard.wait()
        with pytest.raises(Unavailable) as raised:
            await _perform(hasty)
        assert raised.value.sent is False
        assert server.requests == 1
        done.set()
        with pytest.raises(Unavailable) as raised:
            await first
        assert raised.value.sent is True
        await pool.aclose()


async def test_an_endless_answer_is_cut_off() -> None:
    async def never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while not reader.at_eof():
                writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with serving(never_ends) as server:
        trouble = await _trouble(real(server.port))
        assert trouble.sent is True
        assert "more than" in str(trouble)
