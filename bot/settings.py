"""The process's settings, read from environment variables once, at start. It never asks the disk
for anything but the private key, and it names the variable in every complaint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GITHUB = "https://github.com"
GITHUB_API = "https://api.github.com"
CREDENTIALS = ("APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
POLL_SECONDS = 60  # where a proxy brings the webhooks: what it has not brought comes so much later
_LONGEST_PATH = 1_000  # a key without its first line is longer
_YES = {"yes", "true", "on", "1"}
_NO = {"no", "false", "off", "0"}


@dataclass(frozen=True, slots=True, repr=False)
class Postgres:
    """A PostgreSQL database; what is shown of *url* leaves the password out."""

    url: str

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        user, host = parts.username, parts.netloc.rpartition("@")[2]
        return f"postgresql://{f'{user}@' if user else ''}{host}{parts.path}"

    def __repr__(self) -> str:
        return f"Postgres({str(self)!r})"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long deliveries are kept, how many bytes of them at most, and whether with the body."""

    days: int = 14
    bytes: int = 1_000 << 20
    bodies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What an operator sets whether or not there is an App yet."""

    database: Path | Postgres
    api_url: str
    github_url: str
    public_url: str | None
    host: str
    port: int
    log_level: str
    log_format: str
    retention: Retention = Retention()
    proxy_url: str | None = field(default=None, repr=False)  # whoever knows it reads along
    poll_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(ServerSettings):
    """Everything that an operator sets; `docs/configuration.md` explains each variable."""

    app_id: str
    private_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Build the settings from *environ*.

    Raises `UsageError` with one line that names the variable, what is wrong and how to mend it.
    """
    app_id, private_key = _app_id(environ), _private_key(environ)
    secrets = _secrets(environ)
    return acting_as(read_server_settings(environ), app_id, private_key, secrets)


def read_server_settings(environ: Mapping[str, str]) -> ServerSettings:
    """Build what needs no App; raises `UsageError` as `read_settings` does."""
    proxy_url = _url(environ, "WEBHOOK_PROXY_URL")
    return ServerSettings(
        database=read_database(environ),
        api_url=_url(environ, "GITHUB_API_URL") or GITHUB_API,
        github_url=_url(environ, "GITHUB_URL") or GITHUB,
        public_url=_url(environ, "PUBLIC_URL"),
        host=environ.get("HOST", "").strip() or "127.0.0.1",
        port=_port(environ),
        log_level=_choice(environ, "LOG_LEVEL", LOG_LEVELS, "INFO"),
        log_format=_choice(environ, "LOG_FORMAT", LOG_FORMATS, "text"),
        retention=Retention(_days(environ), _megabytes(environ) << 20, _bodies(environ)),
        proxy_url=proxy_url,
        poll_seconds=_poll_seconds(environ, POLL_SECONDS if proxy_url else None),
    )


def find_faults(environ: Mapping[str, str]) -> dict[str, str]:
    """All that `read_settings` would complain of, by variable, where it names the first alone."""
    faults = {}
    for name, read in _READERS.items():
        try:
            read(environ)
        except UsageError as fault:
            faults[name] = str(fault)
    return faults


@dataclass(frozen=True, slots=True)
class Admin:
    """What an administrator acts with, who is not the App: their own token, and which App it is."""

    app_id: int
    token: str = field(repr=False)
    api_url: str


def read_admin(environ: Mapping[str, str]) -> Admin:
    """Build what an administrator's command needs from *environ*; raises `UsageError`."""
    token = environ.get("GITHUB_TOKEN", "").strip()
    if not token:
        raise UsageError(
            "GITHUB_TOKEN is not set: give a token of your own that may administer, such as "
            "`GITHUB_TOKEN=$(gh auth token)`; the App itself must not"
        )
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageError("GITHUB_TOKEN is no token: copy it again, without spaces or quotes")
    return Admin(
        int(_app_id(environ)),
        token,
        _url(environ, "GITHUB_API_URL") or GITHUB_API,
    )


def acting_as(
    server: ServerSettings, app_id: str, private_key: str, webhook_secrets: tuple[str, ...]
) -> Settings:
    """The settings of a *server* that has an App now."""
    return Settings(
        **{one.name: getattr(server, one.name) for one in fields(ServerSettings)},
        app_id=app_id,
        private_key=private_key,
        webhook_secrets=webhook_secrets,
    )


def names_app(environ: Mapping[str, str]) -> bool:
    """Whether any of an App's credentials is set; where none is, one can be set up."""
    return any(environ.get(name, "").strip() for name in CREDENTIALS)


def _app_id(environ: Mapping[str, str]) -> str:
    value = environ.get("APP_ID", "").strip()
    if not value:
        raise UsageError("APP_ID is not set: use the number on the App's settings page")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise UsageError("APP_ID must be a number: use the one on the App's settings page")
    return value


def _private_key(environ: Mapping[str, str]) -> str:
    name = "PRIVATE_KEY"
    pem = environ.get(name, "").strip()
    if not pem:
        name = "PRIVATE_KEY_PATH"
        path = environ.get(name, "").strip()
        if not path:
            raise UsageError(
                "PRIVATE_KEY is not set: give the App's private key (PEM), "
                "or its file's path in PRIVATE_KEY_PATH"
            )
        if "PRIVATE KEY" in path or len(path) > _LONGEST_PATH:  # it must not be shown
            raise UsageError(
                "PRIVATE_KEY_PATH is no path: give the file's path there, "
                "or the key itself in PRIVATE_KEY"
            )
        try:
            pem = Path(path).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError, ValueError) as fault:
            raise UsageError(f"PRIVATE_KEY_PATH cannot be read: {path!r}: {fault}") from None
    pem = pem.replace("\\n", "\n")  # hosts that allow only one line escape the line ends
    _check_key(name, pem)
    return pem


@cache  # reading a key checks it, which takes 50 ms and more
def read_key(pem: str) -> "RSAPrivateKey":
    """Return the private key that a PEM text holds; raises `ValueError` where it holds none."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError as fault:  # it wants a password
        raise ValueError(str(fault)) from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def _check_key(name: str, pem: str) -> None:
    try:
        read_key(pem)
    except ValueError:
        raise UsageError(
            f"{name} is not an RSA private key in PEM form: "
            "use the file that GitHub gave you under “Generate a private key”"
        ) from None


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    secrets = tuple(
        secret for part in environ.get("WEBHOOK_SECRET", "").split(",") if (secret := part.strip())
    )
    if not secrets:
        raise UsageError(
            "WEBHOOK_SECRET is not set: use the secret of the App's webhook "
            "(several, comma-separated, while you rotate it)"
        )
    if not all(map(is_text, secrets)):
        raise UsageError("WEBHOOK_SECRET is not text in UTF-8: write it as it stands at GitHub")
    return secrets


def read_database(environ: Mapping[str, str]) -> Path | Postgres:
    """Find the database alone, for commands that need nothing else; raises `UsageError`."""
    url = environ.get("DATABASE_URL", "").strip() or "sqlite:///plan-gate.db"
    scheme, _, rest = url.partition("://") if is_text(url) else ("", "", "")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest[1:])
    if scheme in {"postgresql", "postgres"} and _names_database(url):
        return Postgres(f"postgresql://{rest}")
    raise UsageError(  # without what was given: it may hold a password
        "DATABASE_URL must be a SQLite file, such as sqlite:///plan-gate.db, or a PostgreSQL "
        "database, such as postgresql://user:password@host/name (special characters as %40)"
    )


def is_text(value: str) -> bool:
    """Whether all of it is text: environment and command line may hold any bytes."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _names_database(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return len(parts.path) > 1 and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _days(environ: Mapping[str, str]) -> int:
    return _number(environ, "KEEP_DELIVERIES", Retention().days, "days", 3_650)


def _megabytes(environ: Mapping[str, str]) -> int:
    return _number(environ, "KEEP_MEGABYTES", Retention().bytes >> 20, "megabytes", 10**6)


def _url(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name, "").strip().rstrip("/")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"{name} must be an http(s) address, such as https://github.example.com")
    return value


def _port(environ: Mapping[str, str]) -> int:
    value = environ.get("PORT", "").strip() or "8080"
    if not (value.isascii() and value.isdigit() and len(value) < 6 and int(value) < 65536):
        raise UsageError(f"PORT must be a number from 0 to 65535, not {value[:20]!r}")
    return int(value)


def _choice(environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = environ.get(name, "").strip()
    for choice in allowed:
        if value.casefold() == choice.casefold():
            return choice
    if value:
        raise UsageError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return default


def _number(environ: Mapping[str, str], name: str, default: int, unit: str, most: int) -> int:
    value = environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and len(value) < 9 and 1 <= int(value) <= most):
        raise UsageError(f"{name} must be {unit} from 1 to {most}, not {value[:20]!r}")
    return int(value)


def _poll_seconds(environ: Mapping[str, str], default: int | None) -> int | None:
    if not environ.get("WEBHOOK_POLL_SECONDS", "").strip():
        return default
    return _number(environ, "WEBHOOK_POLL_SECONDS", POLL_SECONDS, "seconds", 3_600)


def _bodies(environ: Mapping[str, str]) -> bool:
    value = environ.get("KEEP_BODIES", "").strip().casefold() or "no"
    if value not in _YES | _NO:
        raise UsageError(f"KEEP_BODIES must be yes or no, not {value[:20]!r}")
    return value in _YES


_READERS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "APP_ID": _app_id,
    "PRIVATE_KEY": _private_key,
    "WEBHOOK_SECRET": _secrets,
    "DATABASE_URL": read_database,
    "GITHUB_API_URL": lambda environ: _url(environ, "GITHUB_API_URL"),
    "GITHUB_URL": lambda environ: _url(environ, "GITHUB_URL"),
    "PUBLIC_URL": lambda environ: _url(environ, "PUBLIC_URL"),
    "PORT": _port,
    "LOG_LEVEL": lambda environ: _choice(environ, "LOG_LEVEL", LOG_LEVELS, "INFO"),
    "LOG_FORMAT": lambda environ: _choice(environ, "LOG_FORMAT", LOG_FORMATS, "text"),
    "KEEP_DELIVERIES": _days,
    "KEEP_MEGABYTES": _megabytes,
    "KEEP_BODIES": _bodies,
    "WEBHOOK_PROXY_URL": lambda environ: _url(environ, "WEBHOOK_PROXY_URL"),
    "WEBHOOK_POLL_SECONDS": lambda environ: _poll_seconds(environ, None),
}
"""What reads each variable that can be wrong; of a key, the variable that it is to be found in."""
