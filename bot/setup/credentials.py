"""An App's credentials as a value, and as the lines that a start reads. Nothing shows them."""

import re
from dataclasses import dataclass

from bot.settings import read_key

# GitHub makes hexadecimal ones. What a `.env` file or a list in commas would change is refused.
_SECRET = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_PEM = re.compile(r"\s*-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----\s*")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What GitHub gives once, when an App is made, and where the App's page is."""

    app_id: str
    slug: str
    page: str
    private_key: str
    webhook_secret: str

    def __repr__(self) -> str:
        return f"Credentials(app_id={self.app_id!r}, slug={self.slug!r})"

    @property
    def install_url(self) -> str:
        """Where the App is installed on an account."""
        return f"{self.page}/installations/new"

    def missing(self) -> tuple[str, ...]:
        """What of it cannot be used, in words; nothing where all of it can."""
        checks = {
            "name in addresses": _SLUG.fullmatch(self.slug),
            "private key": _is_key(self.private_key),
            "webhook secret": _SECRET.fullmatch(self.webhook_secret),
        }
        return tuple(words for words, good in checks.items() if not good)

    def lines(self) -> str:
        """The environment variables, one a line, for `.env` or a secret store."""
        pem = "\\n".join(self.private_key.strip().splitlines())
        return (
            f"APP_ID={self.app_id}\n"
            f"PRIVATE_KEY={pem}\n"
            f"WEBHOOK_SECRET={self.webhook_secret}\n"
        )  # fmt: skip


def _is_key(pem: str) -> bool:
    if not _PEM.fullmatch(pem):
        return False
    try:
        read_key(pem)
    except ValueError:
        return False
    return True
