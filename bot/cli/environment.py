"""Where the commands of a server get their settings, and where they log to."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog
from dotenv import dotenv_values

from bot.errors import UsageError
from bot.settings import Postgres, ServerSettings, read_database
from bot.work.errors import StoreUnavailable

EPILOG = (
    "Settings are environment variables, or lines of a file .env in the working directory: "
    "APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, WEBHOOK_SECRET, and more in docs/configuration.md."
)


def read_environment() -> Mapping[str, str]:
    """The environment, over what a `.env` file says."""
    try:
        kept = dotenv_values(".env")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f".env cannot be read: {fault}") from None
    return {**{key: value for key, value in kept.items() if value is not None}, **os.environ}


@contextmanager
def server_database() -> Iterator[Path | Postgres]:
    """Where the server's database is; raises `UsageError` where the block cannot read it."""
    where = read_database(read_environment())
    try:
        yield where
    except StoreUnavailable as fault:
        raise UsageError(f"{fault}: name the server's database in DATABASE_URL") from None


def log_as(settings: ServerSettings) -> None:
    """Write one line an event to standard error: readable, or JSON for a collector."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    renderer: structlog.typing.Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=os.isatty(2))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
    )
