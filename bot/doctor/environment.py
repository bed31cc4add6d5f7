"""Judges what the operator has set: every variable, and who else can read the secrets."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote

from dotenv import dotenv_values

from bot.doctor.model import Check, Level, Topic
from bot.settings import GITHUB, GITHUB_API, Settings, find_faults, read_settings

_SECRET = {"PRIVATE_KEY", "WEBHOOK_SECRET", "DATABASE_URL"}
_ESSENTIAL = {"APP_ID", "PRIVATE_KEY", "GITHUB_API_URL", "GITHUB_URL"}
_STAND_IN = {"WEBHOOK_SECRET": "a stand-in: nothing that is looked at needs it"}
_OTHERS_READ = 0o004


def judge_variables(environ: Mapping[str, str]) -> list[Check]:
    """Say everything that is wrong, in the words in which a start says the first of it."""
    checks = [
        Check(Topic.ENVIRONMENT, name, Level.ERROR, words)
        for name, words in find_faults(environ).items()
    ]
    settings = usable_settings(environ)
    if settings is not None and settings.github_url == GITHUB and settings.api_url != GITHUB_API:
        message = f"GITHUB_API_URL names another GitHub, and links lead to {GITHUB}"
        advice = "Set GITHUB_URL to the pages of the same GitHub"
        checks.append(Check(Topic.ENVIRONMENT, "GITHUB_URL", Level.WARNING, message, advice))
    return checks or [Check(Topic.ENVIRONMENT, "", Level.OK, "All variables can be used")]


def usable_settings(environ: Mapping[str, str]) -> Settings | None:
    """The settings as far as they are right: enough to ask GitHub by, or `None`.

    What is wrong and not needed for that has its default; `DATABASE_URL` is not to be taken from
    here.
    """
    faults = find_faults(environ)
    if _ESSENTIAL & faults.keys():
        return None
    mended = {name: _STAND_IN.get(name, "") for name in faults}
    return read_settings({**environ, **mended})


def secret_files(
    environ: Mapping[str, str], database: object, folder: Path = Path()
) -> Iterator[tuple[Path, str]]:
    """Yield the files that hold what others should not read, a `.env` of *folder* among them."""
    dotenv = folder / ".env"
    key = environ.get("PRIVATE_KEY_PATH", "").strip()
    if key and not environ.get("PRIVATE_KEY", "").strip():
        yield Path(key), "the App's private key"
    if dotenv.is_file() and _SECRET & dotenv_values(dotenv).keys():
        yield dotenv, "secrets"
    if isinstance(database, Path):
        yield database, "what stands in private plans"


def judge_files(files: Iterable[tuple[Path, str]]) -> Iterator[Check]:
    """Warn of each that everybody on this machine can read."""
    for path, holds in files:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):  # whoever needs it says so
            continue
        if mode & _OTHERS_READ:
            message = f"Everybody on this machine can read {path}, and with it {holds}"
            yield Check(
                Topic.FILES, str(path), Level.WARNING, message, f"chmod o-rwx {quote(str(path))}"
            )
