"""Installation tokens that all workers of a database share. What is kept tells nobody a token.

Each is encrypted under a key that follows from the App's private key, which the database does not
know. Who rotates that key finds nothing, and makes new tokens.
"""

import base64

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github.memory import Memory
from bot.settings import read_key

_KIND = "token"
_PURPOSE = b"plan-gate: installation tokens in the database"


class Token(msgspec.Struct, frozen=True):
    """An installation access token and the second (epoch) it ends at."""

    value: str
    expires_at: float


class _Sealed(msgspec.Struct):
    """What is encrypted: the installation too, so that no row can take another's place."""

    installation: int
    token: Token


class SharedTokens:
    """The newest token of each installation, in a memory that outlives the process."""

    def __init__(self, memory: Memory, private_key: str) -> None:
        self._memory = memory
        self._fernet = Fernet(_derived(private_key))

    async def recall(self, installation: int) -> Token | None:
        """What was kept last, unless it is damaged, another's, or under another key."""
        kept = await self._memory.recall(_KIND, str(installation))
        if kept is None:
            return None
        try:
            sealed = msgspec.json.decode(self._fernet.decrypt(kept), type=_Sealed)
        except (InvalidToken, msgspec.DecodeError):
            return None
        return sealed.token if sealed.installation == installation else None

    async def keep(self, installation: int, token: Token) -> None:
        """Keep a token in place of the last one."""
        sealed = msgspec.json.encode(_Sealed(installation, token))
        await self._memory.keep(_KIND, str(installation), self._fernet.encrypt(sealed))

    async def forget(self, installation: int, value: str) -> None:
        """Drop a token that GitHub refuses, unless it was renewed meanwhile."""
        token = await self.recall(installation)
        if token is not None and token.value == value:
            await self._memory.forget(_KIND, str(installation))


def _derived(private_key: str) -> bytes:
    """A key for Fernet; how the PEM text is laid out makes no difference."""
    secret = read_key(private_key).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
    return base64.urlsafe_b64encode(derived)
