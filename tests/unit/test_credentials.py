"""Who we are to GitHub: tokens made once, shared, sealed, and given up where they are refused."""

import asyncio

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bot.github.auth import InstallationTokens, app_jwt, parse_expiry
from bot.github.shared_tokens import SharedTokens, Token
from tests.private_key import make_private_key
from tests.unit.github.conftest import Memory


class Minter:
    """Makes tokens of an hour, and counts them; who shares its memory is another process."""

    def __init__(self, private_key: str) -> None:
        self.now = 1_000_000.0
        self.made = 0
        self.memory = Memory()
        self.private_key = private_key

    def process(self, private_key: str | None = None, ahead: float = 0.0) -> InstallationTokens:
        shared = SharedTokens(self.memory, private_key or self.private_key)
        return InstallationTokens(self._create, shared, lambda: self.now + ahead)

    async def _create(self, installation: int) -> Token:
        await asyncio.sleep(0)
        self.made += 1
        return Token(f"{installation}-{self.made}", self.now + 3_600)


@pytest.fixture
def minter(private_key: str) -> Minter:
    return Minter(private_key)


async def test_a_token_is_kept_until_shortly_before_it_ends(minter: Minter) -> None:
    tokens = minter.process()
    assert await tokens.read(1) == "1-1"
    minter.now += 3_600 - 301
    assert await tokens.read(1) == "1-1"
    minter.now += 2
    assert await tokens.read(1) == "1-2"
    assert await tokens.read(2) == "2-3"


async def test_many_who_ask_at_once_make_one_token(minter: Minter) -> None:
    tokens = minter.process()
    assert set(await asyncio.gather(*(tokens.read(1) for _ in range(20)))) == {"1-1"}


async def test_only_the_refused_token_is_forgotten(minter: Minter) -> None:
    tokens = minter.process()
    first = await tokens.read(1)
    await tokens.forget(1, first)
    second = await tokens.read(1)
    await tokens.forget(1, first)  # somebody heard late
    await tokens.forget(9, "unknown")
    assert await tokens.read(1) == second
    assert await minter.process().read(1) == second


async def test_processes_share_a_token_while_it_is_good(minter: Minter) -> None:
    assert await minter.process().read(1) == "1-1"
    assert await minter.process().read(1) == "1-1"
    minter.now += 3_600 - 299
    assert await minter.process().read(1) == "1-2"


async def test_a_refused_token_is_not_taken_from_another_process_again(minter: Minter) -> None:
    one, other = minter.process(), minter.process()
    assert await one.read(1) == await other.read(1) == "1-1"
    await one.forget(1, "1-1")
    assert minter.memory.kept == {}
    assert await one.read(1) == "1-2"
    await other.forget(1, "1-1")
    assert await other.read(1) == "1-2"


async def test_a_token_that_was_shared_again_after_its_refusal_is_not_taken(
    minter: Minter,
) -> None:
    tokens = minter.process()
    await tokens.forget(1, await tokens.read(1))
    await SharedTokens(minter.memory, minter.private_key).keep(1, Token("1-1", minter.now + 3_600))
    assert await tokens.read(1) == "1-2"


@pytest.mark.parametrize("ahead", [-7_200.0, 3_400.0, 7_200.0, 1e9])
async def test_a_clock_that_is_wrong_makes_one_token_a_minute_at_most(
    minter: Minter, ahead: float
) -> None:
    tokens = minter.process(ahead=ahead)
    for _ in range(20):
        await tokens.read(1)
    assert minter.made == 1


async def test_what_the_database_holds_tells_nobody_a_token(minter: Minter) -> None:
    await minter.process().read(1)
    ((kind, key), value), *others = minter.memory.kept.items()
    assert (kind, key, others) == ("token", "1", [])
    assert b"1-1" not in value
    assert await minter.process(make_private_key()).read(1) == "1-2"  # the key was rotated


async def test_how_the_key_is_written_down_makes_no_difference(minter: Minter) -> None:
    key = load_pem_private_key(minter.private_key.encode(), password=None)
    other = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert other != minter.private_key
    await minter.process().read(1)
    assert await minter.process(f"\n{other}\n").read(1) == "1-1"


async def test_what_is_damaged_or_in_another_s_place_is_no_token(minter: Minter) -> None:
    await minter.process().read(1)
    minter.memory.kept["token", "2"] = minter.memory.kept["token", "1"]
    assert await minter.process().read(2) == "2-2"
    minter.memory.kept["token", "1"] = b"nonsense"
    assert await minter.process().read(1) == "1-3"


def test_the_apps_token_is_back_dated_and_short(private_key: str) -> None:
    import jwt

    claims = jwt.decode(app_jwt("7", private_key, 1_000.9), options={"verify_signature": False})
    assert claims == {"iat": 940, "exp": 940 + 480, "iss": "7"}


def test_an_expiry_is_read_as_utc() -> None:
    assert parse_expiry("1970-01-01T01:00:00Z") == 3_600.0
