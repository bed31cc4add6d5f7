"""The server's paths and methods: what each answers, and what is answered to anything else."""

import asyncio
import zlib

import aiohttp
import pytest

from tests.system.test_bad_input import signed
from tests.system.world import World


async def asked(world: World, method: str, path: str) -> tuple[int, str, bytes]:
    """Status, allowed methods, and body."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"{world.url}{path}") as answer,
    ):
        return answer.status, answer.headers.get("Allow", ""), await answer.read()


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/nowhere", 404, ""),
        ("GET", "/webhook/", 404, ""),
        ("POST", "//webhook", 404, ""),
        ("GET", "/webhook", 405, "POST"),
        ("PUT", "/webhook", 405, "POST"),
        ("POST", "/healthz", 405, "GET,HEAD"),
        ("GET", "/healthz?full=1", 200, ""),
    ],
)
async def test_other_paths_are_404_and_other_methods_405(
    world: World, method: str, path: str, status: int, allowed: str
) -> None:
    assert (await asked(world, method, path))[:2] == (status, allowed)


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics"])
async def test_what_can_be_read_has_a_head(world: World, path: str) -> None:
    assert await asked(world, "HEAD", path) == (200, "", b"")


async def raw(world: World, request: bytes) -> bytes:
    """Send bytes, and return all that comes until the connection ends."""
    host, port = world.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    said = await reader.read()
    writer.close()
    return said


async def test_a_client_that_waits_for_continue_is_told_to_go_on(world: World) -> None:
    said = await raw(
        world,
        b"POST /webhook HTTP/1.1\r\nHost: gate\r\nExpect: 100-continue\r\nConnection: close\r\n"
        b"Content-Length: 2\r\n\r\n{}",
    )
    go_on, _, rest = said.partition(b"\r\n\r\n")
    assert go_on == b"HTTP/1.1 100 Continue"
    assert rest.startswith(b"HTTP/1.1 400 ")
    assert b"X-GitHub-Event is missing" in rest


async def test_another_expectation_is_417(world: World) -> None:
    said = await raw(
        world,
        b"GET / HTTP/1.1\r\nHost: gate\r\nExpect: miracles\r\nConnection: close\r\n\r\n",
    )
    assert said.startswith(b"HTTP/1.1 417 ")


async def test_what_is_no_http_is_400(world: World) -> None:
    assert (await raw(world, b"\x16\x03\x01\r\n\r\n")).startswith(b"HTTP/1.0 400 ")


async def test_a_compressed_body_is_taken_as_it_came(world: World) -> None:
    """What was signed is what came, so nothing is unpacked for whoever has no secret."""
    body = zlib.compress(b"{}")
    headers = {**signed(body), "Content-Encoding": "deflate"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{world.url}/webhook", data=body, headers=headers) as answer,
    ):
        assert (answer.status, await answer.text()) == (400, "The body is not a JSON object\n")
