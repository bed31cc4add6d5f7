"""`plan-gate doctor` without more: looks at the whole set-up, and says what is to be mended."""

import asyncio
import shutil
import sys
import time
from collections.abc import Mapping

import aiohttp

from bot.cli.environment import log_as
from bot.cli.findings import as_json, as_text, status_of
from bot.cli.lint import wants_colour
from bot.cli.progress import progress
from bot.doctor.database import look_at_database
from bot.doctor.environment import judge_files, judge_variables, secret_files, usable_settings
from bot.doctor.examination import LEFT_OUT, Examination, Wanted
from bot.doctor.memory import Passing
from bot.doctor.model import Check
from bot.doctor.pages import Pages
from bot.doctor.registration import Needs
from bot.errors import UsageError
from bot.github.access import Access
from bot.github.installations import Installations
from bot.github.objects import ObjectCache
from bot.github.parsed_plans import ParsedPlans
from bot.manifest import read_manifest
from bot.offload import Offload
from bot.settings import Settings, read_database

_NARROW = 80  # columns, where nobody looks by a terminal


def examine(environ: Mapping[str, str], wanted: Wanted, form: str) -> int:
    """Look, print what was found, and return the exit status."""
    if (settings := usable_settings(environ)) is not None:
        log_as(settings)
    checks = asyncio.run(look(environ, wanted))
    if form == "json":
        print(as_json(checks))
    else:
        width = shutil.get_terminal_size((_NARROW, 0)).columns if sys.stdout.isatty() else _NARROW
        print(as_text(checks, width, colour=wants_colour(sys.stdout)))
    return status_of(checks)


async def look(environ: Mapping[str, str], wanted: Wanted) -> list[Check]:
    """Look at all that can be looked at, as far as the settings are right."""
    checks = judge_variables(environ)
    try:
        database = read_database(environ)
    except UsageError:  # it has been said
        checks += judge_files(secret_files(environ, None))
    else:
        checks += judge_files(secret_files(environ, database))
        checks.append(await look_at_database(database))
    settings = usable_settings(environ)
    if settings is None:
        return [*checks, LEFT_OUT]
    return checks + await _look_at_github(settings, wanted)


async def _look_at_github(settings: Settings, wanted: Wanted) -> list[Check]:
    memory = Passing()
    objects = ObjectCache(memory)
    async with aiohttp.ClientSession() as session, Offload() as offload:
        installations = Installations(
            session,
            settings.api_url,
            settings.app_id,
            settings.private_key,
            memory,
            clock=time.time,
        )
        parsed = ParsedPlans(offload)
        examination = Examination(
            installations,
            lambda number: Access(installations.client(number), objects, parsed, memory),
            Needs.of(read_manifest()),
            Pages(settings.github_url),
            settings.public_url,
        )
        return await examination.examine(
            wanted, lambda looks: progress(looks, sys.stderr, "Looking at repositories")
        )
